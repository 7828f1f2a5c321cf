"""A click's event, written by hand for speed, is the event that its model describes."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import pytest

from services.events.click_text import ClickTexts
from services.events.clicks import read_clicks
from services.events.outgoing import LinkClicked
from services.events.statement import state
from tests.builders import NOW

AGENTS = ["Firefox/140", "", 'a "quoted" \\ one', "é \U0001f984 \u2028", "a\nb", "x" * 300]


@pytest.mark.parametrize("user_agent", AGENTS)
@pytest.mark.parametrize("prefetch", [False, True])
def test_it_says_what_the_model_says(user_agent: str, prefetch: bool) -> None:
    """But for the id, and for how a moment is spelt; a reader takes it."""
    at = NOW.isoformat()
    text = ClickTexts(1).text(
        "abcdefghij", "0" * 16, method="GET", user_agent=user_agent, prefetch=prefetch, at=at
    )
    model = LinkClicked(
        code="abcdefghij",
        visitor="0" * 16,
        method="GET",
        user_agent=user_agent,
        prefetch=prefetch,
        clicked_at=NOW,
    )
    expected, found = state(model, at=NOW).event.as_dict(), json.loads(text)
    assert datetime.fromisoformat(found["data"].pop("clicked_at")) == NOW
    expected["data"].pop("clicked_at")
    assert found | {"id": ""} == expected | {"id": ""}
    (click,) = read_clicks(f"[{text}]".encode()) or []
    assert click._asdict() == model.model_dump() | {"id": found["id"]}


def test_no_two_clicks_have_one_id() -> None:
    """Of one process they are numbered, and processes differ by chance; each is a UUID."""
    ids = set()
    for random in (0, 2**72 - 1):
        texts = ClickTexts(random)
        for _ in range(1000):
            text = texts.text(
                "a", "0" * 16, method="GET", user_agent="", prefetch=False, at=NOW.isoformat()
            )
            found = json.loads(text)["id"]
            assert UUID(found).version == 8
            ids.add(found)
    assert len(ids) == 2000
