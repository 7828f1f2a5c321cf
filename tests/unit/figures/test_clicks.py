"""Honest clicks: machines and doubles are distinguished, however the clicks came in batches."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.database.engine import Database
from services.events.outgoing import LinkClicked
from services.events.statement import Fact
from services.figures.record_figures import count_clicks
from services.figures.rules.click import classify, visitor_key
from services.figures.store import click_cells
from tests.builders import NOW, fact
from tests.migrated import open_migrated

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def click(number: int, minutes: float = 0, **changes: Any) -> Fact[Any]:
    fields: dict[str, Any] = {
        "code": "abc",
        "visitor": "0" * 16,
        "method": "GET",
        "user_agent": FIREFOX,
        "clicked_at": NOW + timedelta(minutes=minutes),
    }
    return fact(LinkClicked.model_validate(fields | changes), identity=str(number))


async def count(database: Database, *batches: list[Fact[Any]]) -> Counter[str]:
    for batch in batches:
        async with database.write() as transaction:
            assert await count_clicks(transaction, batch, NOW) == []
    async with database.read() as transaction:
        return Counter(await click_cells.by_class(transaction))


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"method": "HEAD"}, "HEAD request"),
        ({"prefetch": True}, "prefetch"),
        ({"user_agent": ""}, "no user agent"),
        ({"user_agent": "LinkedInBot/1.0 (compatible; Mozilla/5.0)"}, "LinkedInBot"),
        ({"user_agent": "Twitterbot/1.0"}, "Twitterbot"),
        ({"user_agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, "Slackbot"),
        ({"user_agent": "http.rb/5.1 (Mastodon/4.3; +https://x.example/)"}, "Mastodon"),
        ({"user_agent": "WhatsApp/2.23.20"}, "WhatsApp"),
        ({"user_agent": "facebookexternalhit/1.1"}, "facebookexternalhit"),
        ({"user_agent": "Mozilla/5.0 HeadlessChrome/120.0"}, "HeadlessChrome"),
        ({"user_agent": "curl/8.5.0"}, "curl"),
        ({"user_agent": "Somebot/2.0"}, "bot"),
        ({"user_agent": "SLACKBOT, or CURL"}, "Slackbot"),
        ({"user_agent": FIREFOX}, ""),
        ({"user_agent": IPHONE}, ""),
        ({"user_agent": "Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) Chrome/120.0"}, ""),
    ],
)
def test_machines_are_recognised_by_their_user_agent(request_: dict[str, Any], reason: str) -> None:
    """Previews, HEAD requests, prefetches and scripts are no people, and the reason is kept."""
    verdict = classify(**{"method": "GET", "user_agent": FIREFOX, "prefetch": False} | request_)
    assert verdict.reason == reason
    assert (verdict.click_class.value == "human") == (reason == "")


async def test_machines_count_as_no_people(database: Database) -> None:
    """HEAD, prefetch and a bot beside a person: one person, four raw clicks."""
    counted = await count(
        database,
        [
            click(1),
            click(2, method="HEAD"),
            click(3, prefetch=True),
            click(4, user_agent="Twitterbot/1.0"),
        ],
    )
    assert counted == {"human": 1, "bot": 3}


@pytest.mark.parametrize(("minutes", "people"), [(0, 1), (29.99, 1), (30, 2), (600, 2)])
async def test_a_double_click_within_the_window_counts_once(
    database: Database, minutes: float, people: int
) -> None:
    """Half an hour after the last counted click, the same visitor counts again."""
    counted = await count(database, [click(1)], [click(2, minutes)])
    assert counted["human"] == people
    assert counted["duplicate"] == 2 - people


async def test_another_link_or_visitor_is_another_click(database: Database) -> None:
    """Doubles are doubles of one visitor on one link."""
    counted = await count(database, [click(1), click(2, code="abd"), click(3, visitor="1" * 16)])
    assert counted == {"human": 3}


async def test_a_bots_click_does_not_make_a_persons_a_double(database: Database) -> None:
    """The preview that a network fetched a second ago is not the person's first click."""
    counted = await count(database, [click(1, user_agent="LinkedInBot/1.0"), click(2)])
    assert counted == {"bot": 1, "human": 1}


async def test_a_late_click_is_compared_with_all_before_it(database: Database) -> None:
    """A click that arrives out of order does not hide the one counted before it."""
    counted = await count(database, [click(1, 60)], [click(2, 0)], [click(3, 65)], [click(4, 5)])
    assert counted == {"human": 2, "duplicate": 2}


CLICKS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from("abc"), st.sampled_from("01"), st.booleans()),
    max_size=14,
)


@settings(max_examples=15)
@given(drawn=CLICKS, cuts=st.sets(st.integers(0, 14), max_size=4))
def test_the_figures_do_not_depend_on_the_batches(
    drawn: list[tuple[int, str, str, bool]], cuts: set[int]
) -> None:
    """Counting the log again in other batches gives identical statistics."""
    facts = [
        click(number, minutes, code=code, visitor=visitor * 16, prefetch=prefetch)
        for number, (minutes, code, visitor, prefetch) in enumerate(drawn)
    ]
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(facts)), len(facts)]
    parts = [facts[a:b] for a, b in pairwise(edges)]

    async def both() -> list[Counter[str]]:
        counted = []
        with tempfile.TemporaryDirectory() as folder:
            for name, batches in (("one", [facts]), ("many", parts)):
                database = await open_migrated(Path(folder) / f"{name}.db")
                counted.append(await count(database, *batches))
                await database.close()
        return counted

    one, many = asyncio.run(both())
    assert one == many
    assert sum(one.values()) == len(facts)


def test_a_visitor_key_reveals_nothing_without_its_salt() -> None:
    """The same visitor has one key a day, another salt gives another, and no address is in it."""
    first = visitor_key(salt=b"a" * 32, address="192.0.2.1", user_agent=FIREFOX)
    assert first == visitor_key(salt=b"a" * 32, address="192.0.2.1", user_agent=FIREFOX)
    assert first != visitor_key(salt=b"b" * 32, address="192.0.2.1", user_agent=FIREFOX)
    assert first != visitor_key(salt=b"a" * 32, address="192.0.2.2", user_agent=FIREFOX)
    assert len(first) == 16
