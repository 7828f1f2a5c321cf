"""The connector of OpenAI-compatible endpoints, against one on loopback that misbehaves."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler

import pytest

from connectors.language_model import LanguageModel
from services.errors import NeedsPerson, Rejected, RetryLater, Stop
from tests.language_model_server import Asked, Behaviour, drips, model_server, says, sends

KEY = "planted-language-model-key"


def ask(behaviour: Behaviour, *, key: str = KEY, timeout: float = 60) -> str:
    with model_server(behaviour) as server:
        model = LanguageModel(url=server.url, model="small", key=key, timeout=timeout)
        return model.answer(instructions="Rewrite.", text="Een zin.", tokens=9)


def test_question_is_sent_as_one_chat_completion() -> None:
    """Model, instructions, text and key go where the interface wants them, and the text comes back."""
    with model_server(says("Andere woorden.")) as server:
        model = LanguageModel(url=server.url, model="small", key=KEY)
        answer = model.answer(instructions="Rewrite.", text="Een zin.", tokens=9)
    assert answer == "Andere woorden."
    (asked,) = server.asked
    assert (asked.path, asked.authorization) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert (asked.question["model"], asked.question["stream"]) == ("small", False)
    assert asked.question["max_tokens"] == 9
    assert (asked.instructions, asked.text) == ("Rewrite.", "Een zin.")


def test_no_authorization_header_without_a_key() -> None:
    """A local server that wants no key gets no header."""
    with model_server(says("Ja.")) as server:
        LanguageModel(url=server.url, model="small").answer(instructions="", text="", tokens=9)
    assert server.asked[0].authorization == ""


def _hangs_up(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
    handler.connection.close()


def _sleeps(_handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
    time.sleep(2)


@pytest.mark.parametrize(
    "behaviour",
    [
        drips,
        _hangs_up,
        _sleeps,
        sends(b"", 500),
        sends(b"", 503, Retry_After="7"),
        sends(b"", 429),
        sends(b"x" * 10_000_000),
        sends(b"", 302, Location="http://127.0.0.1:1/"),
    ],
)
def test_unavailable_endpoint_is_retried_later_within_seconds(behaviour: Behaviour) -> None:
    """Slow, dripping, enormous, broken, busy and redirecting endpoints are away, within seconds."""
    started = time.monotonic()
    with pytest.raises(RetryLater) as away:
        ask(behaviour, timeout=0.5)
    assert time.monotonic() - started < 60, "one of them drips for ever"
    assert away.value.after in (None, 7)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        b'{"choices": []}',
        b'{"choices": "none"}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": null}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": 7}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": " "}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": "Een"}, "finish_reason": "length"}]}',
        b'{"choices": [{"message": {"content": "Een"}, "finish_reason": "content_filter"}]}',
        b'{"choices": [{"message": {"content": "Een", "refusal": "No."}, "finish_reason": "stop"}]}',
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_without_a_text_is_refused(body: bytes) -> None:
    """Wrong JSON, no text, half a text and a refusal are no answer, and not asked again."""
    with pytest.raises(Rejected):
        ask(sends(body))


def test_a_key_that_is_refused_needs_a_person() -> None:
    """Neither the refusal nor the connector's own description holds the key."""
    for status in (401, 403):
        with pytest.raises(NeedsPerson, match="does not accept the key") as refused:
            ask(sends(json.dumps({"error": {"message": KEY}}).encode(), status))
        assert KEY not in f"{refused.value!r} {refused.value.remedy}"
    model = LanguageModel(url="http://127.0.0.1:1/v1", model="small", key=KEY)
    assert KEY not in repr(model)


def test_wrong_model_address_names_the_settings() -> None:
    """An unknown path or model names the settings to look at; no one there is away."""
    with pytest.raises(Rejected, match="status 404") as refused:
        ask(sends(b"", 404))
    assert "ZWAAN_LLM_MODEL" in str(refused.value.remedy)
    with pytest.raises(RetryLater):
        LanguageModel(url="http://127.0.0.1:9/v1", model="m", timeout=0.5).answer(
            instructions="", text="", tokens=9
        )


@pytest.mark.parametrize(
    "url", ["http://models.example/v1", "https://u:p@models.example", "models"]
)
def test_unencrypted_model_address_is_refused(url: str) -> None:
    """Plain http beyond loopback, a password in the address, and no address are refused at once."""
    with pytest.raises(Stop):
        LanguageModel(url=url, model="small", key=KEY)
