"""People, the ambassadors among them, and all of them as their administrators find them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from services.database.engine import insert_for, is_one_of, replace, take_turns
from services.database.schema import ambassadors, connections, headcounts, people, voice_profiles
from services.database.transaction import Transaction
from services.people.rules.ambassador import Ambassador


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person who can sign in, unless deactivated. ``roles`` are of `ROLES`."""

    id: str
    email: str
    name: str
    language: str
    roles: frozenset[str]
    deactivated_at: datetime | None = None


ROLES = ("ambassador", "recruiter", "marketing", "administrator")

#: Conditions on a row of people. Who was erased has no name (`services.privacy.store`).
HAS_NAME = people.c.name != ""
IS_ACTIVE = people.c.deactivated_at.is_(None)
_IS_ADMINISTRATOR = sa.cast(people.c.roles, sa.Text).contains('"administrator"')
#: A person without the role is not asked for anything, also with a profile left.
IS_AMBASSADOR = sa.and_(IS_ACTIVE, people.c.is_ambassador)

_VOICE = (
    "role",
    "team",
    "crafts",
    "region",
    "timezone",
    "address_form",
    "emoji",
    "length",
    "since",
    "topics",
    "other_languages",
)
#: Those that are lists.
_LISTS = ("crafts", "topics", "other_languages")


async def save_person(transaction: Transaction, person: Person, *, now: datetime) -> None:
    """Add a person, or overwrite one that is there."""
    statement = insert_for(transaction, people)
    row = asdict(person) | {"roles": sorted(person.roles), "created_at": now}
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in asdict(person) if name != "id"},
        ),
        [row],
    )


async def save_ambassadors(
    transaction: Transaction, everybody: Sequence[Ambassador], *, now: datetime
) -> int:
    """Add ambassadors, or overwrite the profile of those that are there; other roles stay.

    Returns how many of them were there.
    """
    if not everybody:
        return 0
    everybody = sorted(everybody, key=lambda each: each.id)
    roles = await _roles(transaction, [person.id for person in everybody])
    statement = insert_for(transaction, people)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in ("name", "language", "roles")},
        ),
        [
            {
                "id": person.id,
                "email": person.email,
                "name": person.name,
                "language": person.language,
                "roles": sorted({"ambassador", *roles.get(person.id, ())}),
                "created_at": now,
            }
            for person in everybody
        ],
    )
    await replace(
        transaction,
        ambassadors,
        [
            {"id": person.id}
            | {name: getattr(person, name) for name in _VOICE}
            | {name: list(getattr(person, name)) for name in _LISTS}
            for person in everybody
        ],
    )
    return len(roles)


async def _roles(transaction: Transaction, ids: Sequence[str]) -> dict[str, list[str]]:
    query = sa.select(people.c.id, people.c.roles)
    rows = await transaction.execute(query.where(is_one_of(transaction, people.c.id, ids)))
    return {row.id: row.roles for row in rows}


async def hold(transaction: Transaction, ambassador_ids: Iterable[str]) -> None:
    """Prevent erasing these people, or giving them another id, before this transaction ends.

    On SQLite writers take turns anyway.
    """
    if transaction.dialect.name == "sqlite":
        return
    await transaction.execute(
        sa.select(ambassadors.c.id)
        .where(is_one_of(transaction, ambassadors.c.id, ambassador_ids))
        .order_by(ambassadors.c.id)
        .with_for_update(read=True, key_share=True)
    )


async def all_ambassadors(transaction: Transaction) -> list[Ambassador]:
    found: list[Ambassador] = []
    async for some in transaction.in_parts(_ASKED, _AT_ONCE):
        found += map(_ambassador, some)
    return found


#: So many take a few milliseconds; pages and clicks may be served by the same loop.
_AT_ONCE = 500


async def some_ambassadors(
    transaction: Transaction, *, language: str, limit: int
) -> list[Ambassador]:
    """At most ``limit`` people who write in ``language``, always the same ones."""
    query = _ASKED.where(people.c.language == language).order_by(people.c.id).limit(limit)
    return [_ambassador(row) for row in await transaction.execute(query)]


async def ambassadors_called(transaction: Transaction, part: str) -> list[Ambassador]:
    """Those whose name holds ``part``, letters of ASCII in any case."""
    query = _ASKED.where(people.c.name.icontains(part, autoescape=True)).order_by(people.c.id)
    return [_ambassador(row) for row in await transaction.execute(query)]


async def ambassadors_by_id(transaction: Transaction, ids: Iterable[str]) -> dict[str, Ambassador]:
    wanted = is_one_of(transaction, ambassadors.c.id, set(ids))
    rows = await transaction.execute(_ASKED.where(wanted))
    return {row[0]: _ambassador(row) for row in rows}


_OF_PEOPLE = ("id", "email", "name", "language")
_AMBASSADORS = sa.select(
    *(people.c[name] for name in _OF_PEOPLE),
    *(ambassadors.c[name] for name in _VOICE),
    voice_profiles.c.settings,
).select_from(
    people.join(ambassadors, ambassadors.c.id == people.c.id).outerjoin(
        voice_profiles, voice_profiles.c.ambassador_id == people.c.id
    )
)
_ASKED = _AMBASSADORS.where(IS_AMBASSADOR)


def _ambassador(row: Sequence[Any]) -> Ambassador:
    """What was imported, and over it what the person set by hand."""
    *imported, by_hand = row
    fields = dict(zip(_NAMES, imported, strict=True))
    # An older release let more be set.
    fields |= {name: value for name, value in (by_hand or {}).items() if name in _FIELDS}
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = tuple(value)
    return Ambassador(**fields)


_NAMES = (*_OF_PEOPLE, *_VOICE)
_FIELDS = frozenset(Ambassador.__dataclass_fields__)


async def set_deactivated(
    transaction: Transaction, person_id: str, moment: datetime | None
) -> bool:
    """Deactivate, or with None activate again; False when it was so already."""
    was = people.c.deactivated_at.is_not(None) if moment is None else IS_ACTIVE
    changed = await transaction.execute(
        people.update().where(people.c.id == person_id, was).values(deactivated_at=moment)
    )
    return bool(changed.rowcount)


async def is_last_administrator(transaction: Transaction, person_id: str) -> bool:
    """Whether this person alone can let people in and end their access."""
    query = sa.select(people.c.id).where(IS_ACTIVE, _IS_ADMINISTRATOR).limit(2)
    return list(await transaction.scalars(query)) == [person_id]


async def record(transaction: Transaction, ambassador_id: str) -> Ambassador | None:
    """Return the profile as the organisation keeps it, also of a person who is not asked any more."""
    found = await transaction.execute(_AMBASSADORS.where(people.c.id == ambassador_id))
    row = found.first()
    return None if row is None else _ambassador((*row[:-1], None))


async def names(transaction: Transaction, ids: Sequence[str]) -> dict[str, str]:
    """The names of those of these people who are here."""
    rows = await transaction.execute(
        sa.select(people.c.id, people.c.name).where(people.c.id.in_(ids), HAS_NAME)
    )
    return {row.id: row.name for row in rows}


async def person(transaction: Transaction, person_id: str) -> Person | None:
    query = sa.select(people).where(people.c.id == person_id, HAS_NAME)
    return read_person((await transaction.execute(query)).first())


def read_person(row: Any) -> Person | None:
    """A row of `services.database.schema.people`, if there is one."""
    if row is None:
        return None
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        language=row.language,
        roles=frozenset(row.roles),
        deactivated_at=row.deactivated_at,
    )


_EVERYBODY = people.outerjoin(ambassadors, ambassadors.c.id == people.c.id)


async def count(transaction: Transaction, words: str = "") -> int:
    """How many people `find` finds."""
    query = sa.select(sa.func.count()).select_from(_EVERYBODY).where(_has(words))
    return await transaction.scalar(query) or 0


async def find(
    transaction: Transaction, words: str = "", *, offset: int = 0, limit: int
) -> list[Person]:
    """People whose name, team or e-mail address holds ``words``, by name."""
    rows = await transaction.execute(
        sa.select(people)
        .select_from(_EVERYBODY)
        .where(_has(words))
        .order_by(people.c.name, people.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [found for row in rows if (found := read_person(row)) is not None]


def _has(words: str) -> sa.ColumnElement[bool]:
    columns = (people.c.name, people.c.email, ambassadors.c.team)
    holds = (column.icontains(words, autoescape=True) for column in columns)
    return sa.and_(HAS_NAME, sa.or_(*holds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Of people who are not deactivated. ``connected``: ambassadors with at least one network."""

    people: int
    ambassadors: int
    connected: int


async def headcount(transaction: Transaction) -> Headcount:
    everybody = sa.select(sa.func.count()).select_from(people).where(IS_ACTIVE)
    asked = sa.select(sa.func.count()).select_from(people).where(IS_AMBASSADOR)
    connected = sa.select(sa.func.count(connections.c.ambassador_id.distinct()))
    return Headcount(
        people=await transaction.scalar(everybody) or 0,
        ambassadors=await transaction.scalar(asked) or 0,
        connected=await transaction.scalar(connected) or 0,
    )


async def remember_headcount(transaction: Transaction, *, now: datetime) -> None:
    """Keep how many ambassadors there are today, by team and language, in the place of an earlier
    count of the day: who takes part is a share of those who were there."""
    await take_turns(transaction, "headcount")
    day = now.astimezone(UTC).date().isoformat()
    counted = (
        sa.select(sa.literal(day, sa.Text), ambassadors.c.team, people.c.language, sa.func.count())
        .join(people, people.c.id == ambassadors.c.id)
        .where(IS_AMBASSADOR)
        .group_by(ambassadors.c.team, people.c.language)
    )
    await transaction.execute(headcounts.delete().where(headcounts.c.day == day))
    await transaction.execute(headcounts.insert().from_select(list(headcounts.c.keys()), counted))


async def headcount_on(transaction: Transaction, day: str) -> dict[tuple[str, str], int]:
    """Ambassadors by team and language on the last count up to the end of ``day`` (2026-11-24)."""
    last = sa.select(sa.func.max(headcounts.c.day)).where(headcounts.c.day <= day).scalar_subquery()
    rows = await transaction.execute(sa.select(headcounts).where(headcounts.c.day == last))
    return {(row.team, row.language): row.ambassadors for row in rows}
