"""A campaign's list of people: proposed, taken off, or asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.campaigns.rules.matching import (
    GOOD_FROM,
    STRONG_FROM,
    Ground,
    Reason,
    Strength,
    strength,
)
from services.campaigns.rules.selection import Invitation
from services.database.engine import in_key_order, in_parts, insert_new
from services.database.schema import ambassadors, audience, people
from services.database.transaction import Transaction
from services.people.store.people import IS_AMBASSADOR


class Standing(StrEnum):
    PROPOSED = "proposed"
    ASKED = "asked"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person on a list, as managers may see it. ``strength`` None: added by hand.

    It holds no decision of the person, neither now nor before.
    """

    ambassador_id: str
    name: str
    team: str
    role: str
    standing: Standing
    strength: Strength | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The number of people by state, and the proposed ones by strength (None: added by hand)."""

    proposed: int
    asked: int
    removed: int
    strengths: Mapping[Strength | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person found by name; ``standing`` None: not on this campaign's list."""

    ambassador_id: str
    name: str
    team: str
    role: str
    standing: Standing | None


async def sizes(transaction: Transaction, campaign_id: str) -> Sizes:
    rows = await transaction.execute(
        sa.select(_standing.label("standing"), audience.c.fit, sa.func.count().label("people"))
        .where(audience.c.campaign_id == campaign_id)
        .group_by(_standing, audience.c.fit)
    )
    people_in = dict.fromkeys(Standing, 0)
    strengths: dict[Strength | None, int] = {}
    for row in rows:
        people_in[Standing(row.standing)] += row.people
        if row.standing == Standing.PROPOSED:
            named = strength(row.fit) if row.fit else None
            strengths[named] = strengths.get(named, 0) + row.people
    return Sizes(
        proposed=people_in[Standing.PROPOSED],
        asked=people_in[Standing.ASKED],
        removed=people_in[Standing.REMOVED],
        strengths=strengths,
    )


async def listed(
    transaction: Transaction,
    campaign_id: str,
    standing: Standing,
    *,
    offset: int = 0,
    limit: int,
    only: str | None = None,
) -> list[Listed]:
    """People of one standing: those added by hand, then by strength, then by name; or ``only`` this one.

    Within one strength the order says nothing about anybody.
    """
    group = sa.case(
        (audience.c.fit == 0, 0),
        (audience.c.fit >= STRONG_FROM, 1),
        (audience.c.fit >= GOOD_FROM, 2),
        else_=3,
    )
    rows = await transaction.execute(
        sa.select(
            audience.c.ambassador_id,
            audience.c.fit,
            audience.c.grounds,
            people.c.name,
            ambassadors.c.team,
            ambassadors.c.role,
        )
        .join(people, people.c.id == audience.c.ambassador_id)
        .join(ambassadors, ambassadors.c.id == audience.c.ambassador_id)
        .where(
            audience.c.campaign_id == campaign_id,
            _standing == standing.value,
            *([audience.c.ambassador_id == only] if only is not None else ()),
        )
        .order_by(group, people.c.name, people.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [_listed(row, standing) for row in rows.mappings()]


async def search(
    transaction: Transaction, campaign_id: str, words: str, *, limit: int
) -> list[Found]:
    """Ambassadors whose name, team or e-mail address holds ``words``, by name."""
    rows = await transaction.execute(
        sa.select(
            people.c.id.label("ambassador_id"),
            people.c.name,
            ambassadors.c.team,
            ambassadors.c.role,
            sa.case((audience.c.ambassador_id.is_not(None), _standing)).label("standing"),
        )
        .join(ambassadors, ambassadors.c.id == people.c.id)
        .outerjoin(
            audience,
            sa.and_(audience.c.ambassador_id == people.c.id, audience.c.campaign_id == campaign_id),
        )
        .where(
            IS_AMBASSADOR,
            sa.or_(
                *(
                    column.icontains(words, autoescape=True)
                    for column in (people.c.name, people.c.email, ambassadors.c.team)
                )
            ),
        )
        .order_by(people.c.name, people.c.id)
        .limit(limit)
    )
    return [
        Found(**dict(row) | {"standing": row["standing"] and Standing(row["standing"])})
        for row in rows.mappings()
    ]


async def proposed(transaction: Transaction, campaign_id: str) -> list[Invitation]:
    """Everybody who is on the list and was not asked, by rank."""
    rows = await transaction.execute(
        sa.select(*_INVITATION)
        .where(audience.c.campaign_id == campaign_id, _standing == Standing.PROPOSED.value)
        .order_by(audience.c.rank)
    )
    return [_invitation(dict(row)) for row in rows.mappings()]


async def ask(
    transaction: Transaction, campaign_id: str, invitations: Sequence[Invitation], *, now: datetime
) -> None:
    """Remember that these people were asked."""
    if invitations:
        await transaction.execute(
            audience.update()
            .where(
                audience.c.campaign_id == campaign_id,
                audience.c.ambassador_id == sa.bindparam("who"),
            )
            .values(asked_at=now),
            [{"who": who} for who in sorted(each.ambassador_id for each in invitations)],
        )


async def set_removed(
    transaction: Transaction, campaign_id: str, ambassador_id: str, *, removed: bool
) -> bool:
    """Take a person off the list, or put them back; False when they were asked or are not on it."""
    result = await transaction.execute(
        audience.update()
        .where(
            audience.c.campaign_id == campaign_id,
            audience.c.ambassador_id == ambassador_id,
            audience.c.asked_at.is_(None),
        )
        .values(removed=removed)
    )
    return bool(result.rowcount)


async def possible_beside(
    transaction: Transaction, campaign_id: str, often: sa.Select[tuple[str]]
) -> int:
    """How many fit perhaps and are beside the list, without those asked ``often`` lately."""
    query = sa.select(sa.func.count()).select_from(audience)
    count = await transaction.scalar(query.where(*_possible(campaign_id, True, often)))
    return count or 0


async def set_possible_removed(
    transaction: Transaction,
    campaign_id: str,
    *,
    removed: bool,
    often: sa.Select[tuple[str]] | None = None,
) -> int:
    """Take all who fit perhaps off the list; or put them on it, but those asked ``often`` lately.
    Returns how many."""
    which = _possible(campaign_id, not removed, often)
    result = await transaction.execute(
        audience.update().where(in_key_order(audience, *which)).values(removed=removed)
    )
    return result.rowcount


def _possible(
    campaign_id: str, removed: bool, often: sa.Select[tuple[str]] | None
) -> list[sa.ColumnElement[bool]]:
    return [
        audience.c.campaign_id == campaign_id,
        audience.c.asked_at.is_(None),
        audience.c.removed.is_(removed),
        audience.c.fit.between(1, GOOD_FROM - 1),
        *([audience.c.ambassador_id.not_in(often)] if often is not None else ()),
    ]


async def withdraw_proposals(transaction: Transaction, ambassador_id: str) -> None:
    """Take a person off the lists of those who were not asked yet."""
    await transaction.execute(
        audience.delete().where(
            in_key_order(
                audience, audience.c.ambassador_id == ambassador_id, audience.c.asked_at.is_(None)
            )
        )
    )


async def is_listed(transaction: Transaction, campaign_id: str, ambassador_id: str) -> bool:
    query = sa.select(audience.c.rank).where(
        audience.c.campaign_id == campaign_id, audience.c.ambassador_id == ambassador_id
    )
    return await transaction.scalar(query) is not None


async def everybody_listed(transaction: Transaction, campaign_id: str) -> set[str]:
    """Ids of all on the list, of any standing."""
    query = sa.select(audience.c.ambassador_id).where(audience.c.campaign_id == campaign_id)
    return set(await transaction.scalars(query))


async def next_rank(transaction: Transaction, campaign_id: str) -> int:
    """Ranks are never given twice, and never change."""
    highest = await transaction.scalar(
        sa.select(sa.func.max(audience.c.rank)).where(audience.c.campaign_id == campaign_id)
    )
    return 0 if highest is None else highest + 1


_standing: sa.ColumnElement[str] = sa.case(
    (audience.c.asked_at.is_not(None), Standing.ASKED.value),
    (audience.c.removed, Standing.REMOVED.value),
    else_=Standing.PROPOSED.value,
)
_INVITATION = [
    audience.c[name] for name in ("ambassador_id", "rank", "score", "reason", "fit", "grounds")
]


async def invite(
    transaction: Transaction,
    campaign_id: str,
    invitations: Sequence[Invitation],
    *,
    asked_at: datetime | None,
    removed: bool = False,
) -> None:
    """Put people on a campaign's list; ``asked_at`` None: proposed, and not asked yet; ``removed``: beside
    the list, until a manager puts them on it."""
    # Sorted here, because to a transaction that waits for their rows the parts are one insert.
    everybody = sorted(invitations, key=lambda each: each.ambassador_id)
    for some in in_parts(everybody, variables=_VARIABLES):
        await insert_new(
            transaction,
            audience,
            [
                {
                    "campaign_id": campaign_id,
                    "ambassador_id": each.ambassador_id,
                    "rank": each.rank,
                    "score": each.score,
                    "reason": each.reason,
                    "fit": each.fit,
                    "grounds": [[reason.ground.value, *reason.about] for reason in each.reasons],
                    "asked_at": asked_at,
                    "removed": removed,
                }
                for each in some
            ],
        )


#: Of a row; so a part is a thousand people, and others have the loop between two.
_VARIABLES = 11


async def invitations_of(
    transaction: Transaction, ambassador_id: str, campaign_ids: Sequence[str]
) -> dict[str, Invitation]:
    """Why this person is on the list, by campaign."""
    rows = await transaction.execute(
        sa.select(audience.c.campaign_id, *_INVITATION).where(
            audience.c.ambassador_id == ambassador_id, audience.c.campaign_id.in_(campaign_ids)
        )
    )
    found = [dict(row) for row in rows.mappings()]
    return {row.pop("campaign_id"): _invitation(row) for row in found}


def _invitation(fields: dict[str, Any]) -> Invitation:
    return Invitation(reasons=_reasons(fields.pop("grounds")), **fields)


def _listed(row: RowMapping, standing: Standing) -> Listed:
    return Listed(
        ambassador_id=row["ambassador_id"],
        name=row["name"],
        team=row["team"],
        role=row["role"],
        standing=standing,
        strength=strength(row["fit"]) if row["fit"] else None,
        # The fact that a person shared before reveals, by comparison, who did not.
        reasons=tuple(
            reason for reason in _reasons(row["grounds"]) if reason.ground is not Ground.INTEREST
        ),
    )


def _reasons(grounds: Sequence[Sequence[str]]) -> tuple[Reason, ...]:
    return tuple(Reason(ground=Ground(ground), about=tuple(about)) for ground, *about in grounds)
