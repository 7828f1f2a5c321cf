"""``POST /api/v1/events``: what is valid is durable, and every fault is named."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings import http
from cloudevents.core.v1.event import CloudEvent as SdkEvent

from tests.unit.web.organisation import Organisation

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
PLAIN = "application/json"
BODY = "Drie weken lang klopte de sluisdeur niet. Toen belde een schipper."


def event(**data: Any) -> dict[str, Any]:
    story = {"story_id": "s-1", "title": "Een sluis", "body": BODY, "language": "nl"}
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/cms",
        "type": "story.approved",
        "data": story | data,
    }


async def send(
    organisation: Organisation, body: bytes | Any, content_type: str = ONE, **headers: str
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with organisation.client() as client:
        return await client.post(
            "/api/v1/events", content=content, headers={"Content-Type": content_type, **headers}
        )


@pytest.mark.parametrize("content_type", [ONE, PLAIN, f"{ONE}; charset=utf-8"])
async def test_one_event_is_accepted(organisation: Organisation, content_type: str) -> None:
    """A valid event is on its topic, keyed by its story, when 202 is answered."""
    answer = await send(organisation, event(), content_type)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": [{"id": "e-1", "type": "story.approved"}],
        "refused": [],
        "notes": [],
    }
    (record,) = organisation.log.records
    assert (record.topic, record.key) == ("story.approved", b"s-1")


def sdk_event(**attributes: Any) -> SdkEvent:
    given = {"type": "story.approved", "source": "/cms/é", "id": "e 1", "subject": "ü %25"}
    return SdkEvent(attributes=given | attributes, data=event()["data"])


@pytest.mark.parametrize(
    "message",
    [
        http.to_binary_event(sdk_event()),
        http.to_binary_event(sdk_event(datacontenttype="application/json; charset=utf-8")),
        http.to_structured_event(sdk_event()),
        http.HTTPMessage(
            {"content-type": BATCH}, b"[%s]" % http.to_structured_event(sdk_event()).body
        ),
    ],
)
async def test_the_official_sdk_is_understood(
    organisation: Organisation, message: http.HTTPMessage
) -> None:
    """In binary, structured and batch mode."""
    async with organisation.client() as client:
        answer = await client.post("/api/v1/events", content=message.body, headers=message.headers)
    assert answer.status_code == 202, answer.text
    (record,) = organisation.log.records
    kept = json.loads(record.value)
    assert (kept["id"], kept["source"], kept["subject"]) == ("e 1", "/cms/é", "ü %25")
    assert kept["data"] == event()["data"]


@pytest.mark.parametrize(
    ("headers", "body", "sentence"),
    [
        ({"ce-id": "1"}, b"{}", '"source" is missing'),
        ({"Content-Type": "text/xml"}, b"<a/>", "is missing"),
        ({"Content-Type": "application/json"}, b"<a/>", "is not JSON"),
    ],
)
async def test_a_wrong_request_in_binary_mode_is_refused(
    organisation: Organisation, headers: dict[str, str], body: bytes, sentence: str
) -> None:
    """With the fault that it has."""
    async with organisation.client() as client:
        answer = await client.post(
            "/api/v1/events", content=body, headers={"ce-specversion": "1.0", **headers}
        )
    assert answer.status_code in (400, 422)
    assert sentence in answer.json()["refused"][0]["fault"]


@pytest.mark.parametrize("charset", ["utf-16", "UTF-8", "iso-8859-1"])
async def test_a_body_is_read_in_its_charset(organisation: Organisation, charset: str) -> None:
    """As its type names it; with a byte order mark or without."""
    body = json.dumps(event(title="Één"), ensure_ascii=False).encode(charset)
    answer = await send(organisation, body, f'{ONE}; charset="{charset}"')
    assert answer.status_code == 202
    assert json.loads(organisation.log.records[0].value)["data"]["title"] == "Één"


async def test_so_are_facts_in_binary_mode(organisation: Organisation) -> None:
    """Their type is that of the body alone there."""
    facts = json.dumps(event(title="Één")["data"], ensure_ascii=False).encode("latin-1")
    message = http.to_binary_event(sdk_event())
    headers = message.headers | {"content-type": "application/json; charset=iso-8859-1"}
    async with organisation.client() as client:
        answer = await client.post("/api/v1/events", content=facts, headers=headers)
    assert answer.status_code == 202, answer.text
    assert json.loads(organisation.log.records[0].value)["data"]["title"] == "Één"


@pytest.mark.parametrize("content_type", [BATCH, PLAIN])
async def test_a_batch_is_accepted(organisation: Organisation, content_type: str) -> None:
    """A JSON array of events is accepted, each on its own."""
    answer = await send(organisation, [event(), event(story_id="s-2")], content_type)
    assert answer.status_code == 202
    assert len(organisation.log.records) == 2


async def test_lines_are_accepted(organisation: Organisation) -> None:
    """NDJSON is accepted, with empty lines and either line end."""
    body = json.dumps(event()).encode() + b"\r\n\n" + json.dumps(event(story_id="s-2")).encode()
    assert (await send(organisation, body, LINES)).status_code == 202
    assert len(organisation.log.records) == 2


async def test_the_good_ones_of_a_batch_stay(organisation: Organisation) -> None:
    """Where one event of a batch is refused, the others are durable and all are named."""
    bad = event() | {"type": "story.unknown"}
    lines = [json.dumps(event()), "{not json", json.dumps(bad), json.dumps(event(colour="red"))]
    answer = await send(organisation, "\n".join(lines).encode(), LINES)
    assert answer.status_code == 422
    report = answer.json()
    assert len(report["accepted"]) == len(organisation.log.records) == 1
    assert [refusal["place"] for refusal in report["refused"]] == [1, 2, 3]
    assert report["refused"][2]["fault"] == 'the field "data.colour" is unknown'
    assert all(refusal["fault"] for refusal in report["refused"])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", ONE), (b"\xff\xfe", ONE), (b"", ONE), (b"{}", BATCH), (b"[]", BATCH), (b"\n", LINES)],
)
async def test_what_is_no_json_is_refused(
    organisation: Organisation, body: bytes, content_type: str
) -> None:
    """A body that cannot be read as its content type says is 400, with a sentence."""
    answer = await send(organisation, body, content_type)
    assert answer.status_code == 400
    (refusal,) = answer.json()["refused"]
    assert refusal["fault"]
    assert refusal["remedy"]
    assert not organisation.log.records


@pytest.mark.parametrize(
    ("size", "content_type"), [(2_000_000, ONE), (2_000_000, PLAIN), (10_000_001, BATCH)]
)
async def test_too_long_is_refused(
    organisation: Organisation, size: int, content_type: str
) -> None:
    """An event of 2 MB, or a batch over 10 MB, is 413 with a sentence that names the limit."""
    answer = await send(organisation, b"{" + b" " * size, content_type)
    assert answer.status_code == 413
    assert "the limit is" in answer.json()["fault"]
    assert answer.json()["remedy"]


async def test_reading_ends_at_the_limit(organisation: Organisation) -> None:
    """A body without a declared length is not read further than the limit."""
    chunks_read = 0

    async def endless() -> Any:
        nonlocal chunks_read
        for _ in range(1000):
            chunks_read += 1
            yield b" " * 100_000

    async with organisation.client() as client:
        answer = await client.post(
            "/api/v1/events", content=endless(), headers={"Content-Type": ONE}
        )
    assert answer.status_code == 413
    assert chunks_read <= 12


async def test_one_big_event_does_not_spoil_a_batch(organisation: Organisation) -> None:
    """An event over the limit inside a batch is refused by itself."""
    answer = await send(organisation, [event(), event(title="x" * 1_000_000)], BATCH)
    assert answer.status_code == 422
    assert len(organisation.log.records) == 1


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_what_a_foreign_form_can_send_is_refused(
    organisation: Organisation, content_type: str
) -> None:
    """Content types that a form of another site could send are 415."""
    assert (await send(organisation, event(), content_type)).status_code == 415


async def test_the_log_is_away(organisation: Organisation) -> None:
    """Without the log nothing is accepted: 503, and when to come back."""
    organisation.log.away = True
    answer = await send(organisation, event())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"


async def test_our_own_events_cannot_be_forged(organisation: Organisation) -> None:
    """An event that only Zwaan states is refused at the edge."""
    answer = await send(organisation, event() | {"type": "post.published"})
    assert answer.status_code == 422
    assert not organisation.log.records


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
    ],
)
async def test_a_foreign_page_cannot_reach_a_laptop(
    organisation: Organisation, headers: dict[str, str]
) -> None:
    """On loopback without an API token, another site's page (or a rebound name) is refused."""
    assert (await send(organisation, event(), **headers)).status_code == 401
    assert not organisation.log.records


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
async def test_this_machine_needs_no_token(organisation: Organisation, host: str) -> None:
    """On loopback without an API token, this machine may send, by any of its names."""
    assert (await send(organisation, event(), Host=host)).status_code == 202


async def test_a_token_is_needed_once_there_is_one(organisation: Organisation) -> None:
    """With an API token set, only that token and the command line's are taken."""
    organisation.with_parts(api_token="the-api-token")
    statuses = [
        (await send(organisation, event(), **headers)).status_code
        for headers in (
            {},
            {"Authorization": "Bearer the-api-tokem"},
            {"Authorization": "Basic the-api-token"},
            {"Authorization": "Bearer the-api-token"},
            {"Authorization": "bearer owner-token"},
        )
    ]
    assert statuses == [401, 401, 401, 202, 202]


async def test_beyond_loopback_a_token_is_always_needed(organisation: Organisation) -> None:
    """An installation that others can reach takes nothing without a token."""
    organisation.with_parts(is_laptop=False)
    assert (await send(organisation, event())).status_code == 401


async def test_statistics_are_those_of_the_command_line(organisation: Organisation) -> None:
    """``/api/v1/stats`` gives the contract's JSON, and 404 for a campaign that is not there."""
    async with organisation.client() as client:
        everything = await client.get("/api/v1/stats")
        missing = await client.get("/api/v1/stats?campaign=nothing")
    assert everything.json() == {
        "posts": {},
        "clicks": {"raw": 0, "bot": 0, "duplicate": 0, "human": 0},
        "reach": {"measured": 0, "estimated": 0, "unknown_posts": 0},
        "campaigns": 0,
        "dead_letters": 0,
    }
    assert missing.status_code == 404
    assert missing.json()["fault"] == 'there is no campaign "nothing"'


@pytest.mark.parametrize(
    ("method", "path", "status", "fault"),
    [
        ("GET", "/api/v1/events", 405, "does not take this method"),
        ("POST", "/api/v1/event", 404, "there is nothing at this address"),
        ("POST", "/api/v1/dead-letters/first/replay", 404, '"letter_id" has to be a whole number'),
        ("POST", "/api/v1/dead-letters/7/replay", 404, "there is no dead letter 7"),
        ("GET", "/api/v1/stats?campaign=none", 404, 'there is no campaign "none"'),
        ("POST", "/api/v1/events", 415, "the content type is missing"),
    ],
)
async def test_every_answer_says_what_to_do(
    organisation: Organisation, method: str, path: str, status: int, fault: str
) -> None:
    """For any wrong request a fault and a remedy are its answer, in one shape."""
    async with organisation.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    report = answer.json()
    details = {"type", "title", "status", "detail"}
    assert set(report) == {"fault", "remedy", "code", "values"} | details
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert report["code"]
    assert fault in report["fault"]
    assert report["remedy"]
