"""Lets schemathesis send newline-delimited JSON and CSV, text that goes out as it is; and a check of its own: nothing that
`GRIDWARD_FORBIDDEN`, a JSON list of operations such as "GET /v1/keys", names is answered by anything but a refusal."""

import json
import os

import schemathesis

FORBIDDEN = frozenset(json.loads(os.environ.get("GRIDWARD_FORBIDDEN", "[]")))


@schemathesis.serializer("application/x-ndjson", "text/csv")
def text(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def nothing_beyond_the_role(ctx, response, case):
    # Other methods are refused as such, whoever asks.
    if case.operation.label in FORBIDDEN and case.method.upper() == case.operation.method.upper():
        assert response.status_code >= 400, f"{case.operation.label} is not for this role, and answered {response.status_code}"
