"""An installation of a size, written by SQL in minutes: people, campaigns, posts, what came of them.

Clicks are made row by row in the database from their number alone, so that every run has the same; what
they roll up to is made by the product's own statement. `check` compares a part of it with the product's
recount.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.database.engine import Database
from services.database.schema import (
    ambassadors,
    applications,
    attributions,
    audience,
    audit,
    campaigns,
    click_cells,
    clicks,
    connections,
    people,
    posts,
    reach,
)
from services.events.cloudevent import event_data
from services.figures.rules.click import TWICE, Click, ClickClass, Recount
from services.figures.store import reach_cells
from services.figures.store.click_cells import ADD, HOURS_MEMORY, on_top
from services.identity import link_code
from tests.builders import story, vacancy
from tests.unit.web.organisation import RECIPE

NETWORKS, TEAMS = ("linkedin", "x"), 40
#: Where posts stand, out of a hundred.
_STATES = ("published",) * 60 + ("declined",) * 12 + ("cancelled",) * 13 + ("ready",) * 15
_YEAR, _FORTNIGHT = timedelta(days=365), 14 * 86_400_000_000
_PART = 500_000

#: One click in eight is a machine's, one in seven the same visitor's again a minute later. What is newer
#: has more of them.
_CLICKS = """
WITH {recursive} drawn AS (
    SELECT n, n - (CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END) AS m FROM {numbers}
), numbered AS (
    SELECT n, m, CAST(m * 2654435761 % 4294967296 AS DOUBLE PRECISION) / 4294967296 AS which,
        CAST(m * 2246822519 % 4294967296 AS DOUBLE PRECISION) / 4294967296 AS late,
        m * 3266489917 % 4294967296 % 8 = 0 AS bot
    FROM drawn
)
INSERT INTO clicks (id, code, visitor, click_class, reason, at)
SELECT 'click-' || n, l.code, 'visitor-' || m,
    CASE WHEN bot THEN 'bot' WHEN n = m THEN 'human' ELSE 'duplicate' END,
    CASE WHEN bot THEN 'HEAD request' WHEN n = m THEN '' ELSE '{twice}' END,
    l.since + CAST({fortnight} * late * late * late AS BIGINT) + 60000000 * (n - m)
FROM numbered JOIN made_links l ON l.place = {links} - 1 - CAST({links} * which * which - 0.5 AS BIGINT)
"""
_NUMBERS = {
    "postgresql": ("", "generate_series({first}, {last}) AS g (n)"),
    "sqlite": (
        "RECURSIVE g (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM g WHERE n < {last}),",
        "g",
    ),
}
_HOUR = {
    "postgresql": "to_char(to_timestamp(at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')",
    "sqlite": "strftime('%Y-%m-%dT%H', at / 1000000, 'unixepoch')",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    clicks: int
    campaigns: int = 2_000
    people: int = 5_000
    posts_each: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the pages are asked about: of the newest campaigns, and of somebody with every role."""

    now: datetime
    person_id: str
    post_id: str
    story_id: str
    vacancy_id: str


async def made_in(database: Database) -> Made | None:
    """Of a filled database, or of a demo's; the person who has a draft gets every role."""
    now = datetime.now(UTC)
    newest = sa.select(campaigns.c.id).order_by(campaigns.c.started_at.desc()).limit(1)
    async with database.write() as transaction:
        waiting = sa.select(posts.c.id, posts.c.ambassador_id).where(posts.c.state == "ready")
        post = (await transaction.execute(waiting.order_by(posts.c.created_at.desc()))).first()
        if post is None:
            return None
        roles = ["ambassador", "recruiter", "marketing", "administrator"]
        await transaction.execute(
            people.update().where(people.c.id == post.ambassador_id).values(roles=roles)
        )
        return Made(
            now=now,
            person_id=post.ambassador_id,
            post_id=post.id,
            story_id=await transaction.scalar(newest.where(campaigns.c.kind == "story")),
            vacancy_id=await transaction.scalar(newest.where(campaigns.c.kind == "vacancy")),
        )


async def make(database: Database, size: Size) -> None:
    """Fill a migrated database."""
    now = datetime.now(UTC).replace(microsecond=0)
    chance = random.Random(20261130)  # noqa: S311 - which figures, not a secret
    started = [now - _YEAR * (1 - n / size.campaigns) for n in range(size.campaigns)]
    kinds = ["vacancy" if n % 5 == 4 else "story" for n in range(size.campaigns)]
    persons = [f"{number:032x}" for number in range(size.people)]
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        people: list(_people(persons, now - _YEAR)),
        ambassadors: list(_ambassadors(persons)),
        campaigns: [_campaign(n, kind, started[n], now) for n, kind in enumerate(kinds)],
        audience: [],
        posts: [],
        connections: [
            {
                "ambassador_id": person,
                "network": network,
                "member_id": f"m-{person}",
                "handle": person,
                "tokens": b"sealed",
                "scopes": [],
                "connected_at": now - _YEAR,
                "renewable": True,
            }
            for person in persons
            for network in NETWORKS
        ],
        reach: [],
        applications: [],
        attributions: [],
        audit: [],
    }
    for n, at in enumerate(started):
        _tell_of_campaign(
            rows, number=n, at=at, kind=kinds[n], persons=persons, size=size, chance=chance
        )
    async with database.write() as transaction:
        for table, made in rows.items():
            for first in range(0, len(made), 20_000):
                await transaction.insert_many(table.insert(), made[first : first + 20_000])
        await reach_cells.recount(transaction)
        of = posts.c
        links = sa.select(of.link_code, of.created_at).order_by(of.id)
        since = [tuple(row) for row in await transaction.execute(links)]
    await _click(database, since, size.clicks, now)


def _campaign_id(number: int) -> str:
    return f"{number:08x}" + "c" * 24


def _people(persons: list[str], created_at: datetime) -> Iterator[dict[str, Any]]:
    for number, person in enumerate(persons):
        yield {
            "id": person,
            "email": f"person{number}@example.org",
            "name": f"Person {number}",
            "language": ("nl", "en")[number % 2],
            "roles": ["ambassador"],
            "created_at": created_at,
        }


def _ambassadors(persons: list[str]) -> Iterator[dict[str, Any]]:
    for number, person in enumerate(persons):
        yield {
            "id": person,
            "role": "Bouwkundige",
            "team": f"Team {number % TEAMS}",
            "crafts": ["constructie"],
            "region": "Utrecht",
            "timezone": "Europe/Amsterdam",
            "address_form": "je",
            "emoji": 1,
            "length": "medium",
            "topics": [],
            "other_languages": [],
        }


def _campaign(number: int, kind: str, at: datetime, now: datetime) -> dict[str, Any]:
    content = (
        vacancy(f"v-{number}", title=f"Constructeur {number}")
        if kind == "vacancy"
        else story(f"s-{number}", title=f"De sluisdeur van {number}")
    )
    over = at < now - timedelta(days=60)
    return {
        "id": _campaign_id(number),
        "kind": kind,
        "source_id": content.vacancy_id if kind == "vacancy" else content.story_id,
        "title": content.title,
        "language": "nl",
        "content": event_data(content),
        "state": "closed" if over else "open",
        "seed": number,
        "started_at": at,
        "finished_at": at + timedelta(days=60) if over else None,
    }


def _tell_of_campaign(
    rows: dict[sa.Table, list[dict[str, Any]]],
    *,
    number: int,
    at: datetime,
    kind: str,
    persons: list[str],
    size: Size,
    chance: random.Random,
) -> None:
    """Its people, their posts, and what became of them."""
    campaign = _campaign_id(number)
    rows[audit].append(_entry(at, "launch", "campaign.launched", campaign))
    for rank in range(2 * size.posts_each):
        place = (number * size.posts_each + rank) % len(persons)
        invited = {
            "campaign_id": campaign,
            "ambassador_id": persons[place],
            "rank": rank,
            "score": 5,
            "reason": "zelfde vak",
            "fit": 5,
            "grounds": [],
            "asked_at": at if rank < size.posts_each else None,
        }
        rows[audience].append(invited)
        if rank >= size.posts_each:
            continue
        post = f"{number * size.posts_each + rank:032x}"
        state = chance.choice(_STATES)
        published = at + timedelta(minutes=15 * (rank + 1)) if state == "published" else None
        code = link_code(post)
        text = f"Toen belde een schipper.\n\nhttps://go.example.org/r/{code}"
        rows[posts].append(
            {
                "id": post,
                "campaign_id": campaign,
                "ambassador_id": persons[place],
                "network": NETWORKS[rank % 2],
                "language": ("nl", "en")[place % 2],
                "text": text,
                "original_text": text,
                "angle": "craft",
                "overlap": 0.1,
                "recipe": RECIPE,
                "link_code": code,
                "team": f"Team {place % TEAMS}",
                "state": state,
                "created_at": at,
                "consent": "tap" if published else "",
                "published_at": published,
                "external_id": f"urn:li:share:{post}" if published else None,
                "own_words": 0.2 if published else None,
                "reason": "Niet mijn werk." if state == "declined" else "",
            }
        )
        acts = ["post.ready", "post.edited"]
        if published:
            acts += ["post.approved", "post.published", "reach.measured"]
            rows[reach] += _reach(post, published, chance)
        rows[audit] += [_entry(at, persons[place], act, post) for act in acts]
        if kind == "vacancy" and rank % 5 == 0:
            rows[applications].append(
                {
                    "application_id": f"a-{post}",
                    "stage": "applied",
                    "vacancy_id": f"v-{number}",
                    "at": at + timedelta(days=3),
                }
            )
            rows[attributions].append(
                {
                    "application_id": f"a-{post}",
                    "first_code": code,
                    "last_code": code,
                    "stated_at": at + timedelta(days=3),
                }
            )


def _reach(post: str, published: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    for metric in ("impressions", "reach", "reactions", "comments"):
        for day in (1, 7):
            yield {
                "post_id": post,
                "metric": metric,
                "measured_at": published + timedelta(days=day),
                "tag": "measured",
                "value": chance.randrange(1_000) * day,
                "source": "LinkedIn",
                "counts": day == 7,
            }


def _entry(at: datetime, actor: str, action: str, subject: str) -> dict[str, Any]:
    return {"at": at, "actor": actor, "action": action, "subject": subject, "detail": {}}


async def _click(
    database: Database, links: list[tuple[str, datetime]], number: int, now: datetime
) -> None:
    """Single clicks, and what they roll up to, a part at a time."""
    async with database.write() as transaction:
        dialect = transaction.dialect.name
        await transaction.execute(
            sa.text(
                "CREATE TEMP TABLE made_links (place BIGINT PRIMARY KEY, code TEXT, since BIGINT)"
            )
        )
        await transaction.execute(
            sa.text("INSERT INTO made_links VALUES (:place, :code, :since)"),
            [
                # A fortnight ago at the latest, so that no click is ahead.
                {"place": place, "code": code, "since": _micros(min(at, now - timedelta(days=15)))}
                for place, (code, at) in enumerate(links)
            ],
        )
        recursive, numbers = _NUMBERS[dialect]
        for first in range(1, number + 1, _PART):
            span = {"first": first, "last": min(number, first + _PART - 1)}
            made = _CLICKS.format(
                recursive=recursive.format(**span),
                numbers=numbers.format(**span),
                twice=TWICE.reason,
                fortnight=_FORTNIGHT,
                links=len(links),
            )
            await transaction.execute(sa.text(made))
        # Hours of what is fresh, as counting again has them.
        hours = f"""(
            SELECT code, click_class, reason,
                substr({_HOUR[dialect]}, 1, CASE WHEN at < {_micros(now - HOURS_MEMORY)} THEN 10 ELSE 13 END)
                    AS hour
            FROM clicks
        ) made"""  # noqa: S608 - numbers and names of ours
        rolled = ADD.format(source=hours, clicks="count(*)", target="click_cells")
        await transaction.execute(sa.text(rolled + on_top("click_cells")))
        await transaction.execute(sa.text("DROP TABLE made_links"))
    async with database.write() as transaction:
        await transaction.execute(sa.text("ANALYZE"))


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


async def check(database: Database, made: Made) -> int:
    """The product's recount of a campaign's clicks gives its cells. Returns how many clicks it has."""
    plain = Recount(since=-(2**63), hours=0, singly=2**63, memory=2**62)
    async with database.read() as transaction:
        codes = list(
            await transaction.scalars(
                sa.select(posts.c.link_code).where(posts.c.campaign_id == made.story_id)
            )
        )
        query = sa.select(clicks).where(clicks.c.code.in_(codes)).order_by(clicks.c.at)
        for row in await transaction.execute(query):
            again = row.click_class == ClickClass.DUPLICATE
            hour = datetime.fromtimestamp(row.at // 1_000_000, UTC).isoformat()[:13]
            plain.add(
                Click(
                    id=row.id,
                    code=row.code,
                    visitor=row.visitor,
                    click_class="human" if again else row.click_class,
                    reason="" if again else row.reason,
                    at=row.at,
                    hour=hour,
                )
            )
        cells = click_cells.c
        of_campaign = (cells.dimension == "campaign", cells.value == made.story_id)
        found = await transaction.execute(
            sa.select(cells.span, cells.click_class, cells.reason, cells.clicks).where(*of_campaign)
        )
        rolled = {tuple(row)[:3]: row.clicks for row in found}
    expected: Counter[tuple[str, str, str]] = Counter()
    for (_, hour, click_class, reason), number in plain.cells.items():
        for span in ("", hour[:10], hour):
            expected[span, click_class, reason] += number
    assert plain.counted
    assert rolled == dict(expected), f"{len(rolled)} cells and {len(expected)} of a recount differ"
    return plain.counted
