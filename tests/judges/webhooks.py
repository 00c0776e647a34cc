"""Receives webhooks as a stranger would: with the official packages `standardwebhooks` and `cloudevents`.

Prints its port; reads one line, the secret; then prints one JSON line for each message that it verified and took. A message
whose number is divisible by 3 is refused with 503 the first time. A message that does not verify, or is no CloudEvent, is
answered with 400 and printed with what is wrong: the test fails on it. The function of docs/integrators.md has to say the same.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

guide = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
exec(re.search(r"```python\n(.*?)```", guide, re.S).group(1))

lock = Lock()
seen = set()
secret = None
webhook = None


def say(line):
    with lock:
        print(json.dumps(line), flush=True)


def judged(headers, body):
    """The event, or what is wrong with it."""
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return None, f"signature: {error}"
    try:
        webhook.verify(body + b" ", headers)
        return None, "a changed body verifies"
    except WebhookVerificationError:
        pass
    if not verified(secret, headers, body) or verified(secret, headers, body + b" "):
        return None, "the function of the guide says something else"
    try:
        event = from_http_event(HTTPMessage(headers, body))
    except Exception as error:
        return None, f"no CloudEvent: {error!r}"
    return event, None


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        event, wrong = judged(headers, body)
        if wrong:
            say({"wrong": wrong, "headers": headers, "body": body.decode()})
            return self.answer(400)
        number = int(event.get_id())
        with lock:
            is_new = number not in seen
            seen.add(number)
        if is_new and number % 3 == 0:
            return self.answer(503)
        say(
            {
                "id": event.get_id(),
                "message": headers["webhook-id"],
                "type": event.get_type(),
                "source": event.get_source(),
                "subject": event.get_subject(),
                "sequence": event.get_extension("sequence"),
                "data": event.get_data(),
            }
        )
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
secret = sys.stdin.readline().strip()
webhook = Webhook(secret)
server.serve_forever()
