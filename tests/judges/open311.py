"""Open311 as a stranger's program has it: PyPI `georeport` as the client, `requests` for what that has no call for, and
ElementTree for the XML. Arguments: the service's address, a key that may read everything, a longitude and a latitude inside
a grid and its code. Prints a line of JSON: what was found. An assertion that fails ends it."""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta, timezone

import requests
from georeport import GeoReport

address, key, lon, lat, code = sys.argv[1:]
root = f"{address}/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MEMBERS = (
    "service_request_id status status_notes service_name service_code description agency_responsible service_notice "
    "requested_datetime updated_datetime expected_datetime address address_id zipcode lat long media_url"
).split()


def tree(path, **arguments):
    answer = requests.get(f"{root}/{path}", params=arguments)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8", answer.headers
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return answer, ElementTree.fromstring(answer.content)


# Discovery, in both forms.
discovery = requests.get(f"{root}/discovery.json").json()
endpoint = discovery["endpoints"][0]
assert endpoint["specification"] == SPECIFICATION and endpoint["type"] == "production"
assert endpoint["url"] == root and endpoint["formats"] == ["text/xml", "application/json"]
_, xml = tree("discovery.xml")
assert xml.tag == "discovery" and xml.find("endpoints/endpoint/url").text == root
assert [form.text for form in xml.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]

# What the client has calls for, in both forms.
clients = {form: GeoReport(root, jurisdiction="qingcao", output_format=form) for form in ("json", "xml")}
services = clients["json"].get_service_list()
assert len(services) == len(clients["xml"].get_service_list()) >= 10
for mine, theirs in zip(services, clients["xml"].get_service_list()):
    assert mine["service_code"] == theirs["service_code"] and mine["service_name"] == theirs["service_name"]
    assert mine["type"] == "realtime" and theirs["metadata"] == "true"
definition = clients["json"].get_service_definition("sanitation")
assert [attribute["order"] for attribute in definition["attributes"]] == [1, 2, 3, 4]
theirs = clients["xml"].get_service_definition("sanitation")["attributes"]["attribute"]
assert [attribute["code"] for attribute in theirs] == [attribute["code"] for attribute in definition["attributes"]]
assert theirs[1]["values"]["value"][0]["key"] == "device"

# A report by nobody, in each form; characters that XML must escape, or cannot hold.
text = "路边 <垃圾> & 污水\n\x01“未清运”"
form = {
    "jurisdiction_id": "qingcao", "service_code": "sanitation", "lat": lat, "long": lon, "description": text,
    "first_name": "某", "last_name": "王", "phone": "13912345678", "email": "wang@example.org",
    "attribute[accuracy]": "15", "attribute[source]": "device",
}
sent = requests.post(f"{root}/requests.json", data=form)
assert sent.status_code == 201, sent.text
assert list(sent.json()[0]) == ["service_request_id", "service_notice", "account_id"]
one = sent.json()[0]["service_request_id"]
sent_xml = requests.post(f"{root}/requests.xml", data=form)
created = ElementTree.fromstring(sent_xml.content)
assert sent_xml.status_code == 201 and created.tag == "service_requests"
two = created.find("request/service_request_id").text
assert one != two

# Everybody sees them; nobody sees who, what, and where exactly.
for client in clients.values():
    seen = client.get_service_request(one)
    assert list(seen) == MEMBERS, list(seen)
    assert seen["status"] == "open" and seen["service_code"] == "sanitation" and seen["address_id"] == code
    assert not seen["description"]
    assert abs(float(seen["lat"]) - round(float(lat), 2)) < 1e-9 and abs(float(seen["long"]) - round(float(lon), 2)) < 1e-9
    made = datetime.fromisoformat(seen["requested_datetime"].replace("Z", "+00:00"))
    assert abs(datetime.now(timezone.utc) - made) < timedelta(minutes=5)
    listed = client.get_service_requests(service_code="sanitation,fire", status="open")
    assert {one, two} <= {request["service_request_id"] for request in listed}
    both = client.get_service_requests(service_request_id=f"{one},{two}")
    assert {request["service_request_id"] for request in both} == {one, two}
    for said in ("13912345678", "王某", "wang@", "垃圾"):
        assert said not in json.dumps([listed, both], ensure_ascii=False)
# Its sender sees the text, and whoever has a key that may.
location = sent.headers["location"]
assert location.startswith(f"/open311/v2/requests/{one}.json?token=")
assert requests.get(address + location).json()[0]["description"] == text
assert requests.get(address + location + "x").json()[0]["description"] is None
for shown in (
    requests.get(f"{root}/requests/{one}.json", params={"api_key": key}),
    requests.get(f"{root}/requests/{one}.json", headers={"Authorization": f"Bearer {key}"}),
):
    shown = shown.json()[0]
    assert shown["description"] == text and shown["lat"] == float(lat) and shown["long"] == float(lon)
_, xml = tree(f"requests/{one}.xml", api_key=key)
# No XML document can hold U+0001.
assert xml.find("request/description").text == text.replace("\x01", "\ufffd")

# Tokens, and pages.
assert requests.get(f"{root}/tokens/{one}.json").json() == [{"service_request_id": one, "token": one}]
_, xml = tree(f"tokens/{two}")
assert xml.find("request/service_request_id").text == two
everything = requests.get(f"{root}/requests.json").json()
pages = [requests.get(f"{root}/requests.json", params={"page": page, "page_size": 7}).json() for page in range(1, 40)]
assert [request for page in pages for request in page] == everything[: 39 * 7]
closed = clients["json"].get_service_requests(status="closed")
assert all(request["status"] == "closed" for request in closed)
now = datetime.now(timezone.utc)
early = clients["json"].get_service_requests(
    start_date=(now - timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    end_date=(now - timedelta(days=320)).strftime("%Y-%m-%dT%H:%M:%SZ"),
)
assert early == []

# Errors, in both forms.
for path, arguments, status in (
    ("requests", {"start_date": "2024-01-01T00:00:00Z", "end_date": "2025-01-01T00:00:00Z"}, 400),
    ("requests", {"status": "lost", "page": "0"}, 400),
    ("requests", {"api_key": "gw_wrong"}, 403),
    ("requests/nothing", {}, 404),
    ("services/nothing", {}, 404),
    ("tokens/nothing", {}, 404),
    ("nothing", {}, 404),
):
    answer = requests.get(f"{root}/{path}.json", params=arguments)
    assert answer.status_code == status and answer.headers["content-type"] == "application/json; charset=utf-8", answer.text
    errors = answer.json()
    assert errors and all(list(error) == ["code", "description"] and error["code"] == status for error in errors), errors
    answer, xml = tree(f"{path}.xml", **arguments)
    assert answer.status_code == status and xml.tag == "errors" and len(xml.findall("error")) == len(errors)
    assert [error.find("description").text for error in xml] == [error["description"] for error in errors]

print(json.dumps({"services": len(services), "requests": len(everything), "ids": [one, two]}))
