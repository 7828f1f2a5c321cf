"""Posts: written, listed for their person, edited, and moved from state to state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.database.engine import in_key_order, insert_new, is_one_of
from services.database.schema import campaigns, posts
from services.database.transaction import Transaction
from services.post import Post, PostState

_FIELDS = [posts.c[name] for name in Post.__dataclass_fields__]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """A draft about to be stored; ``recipe`` is everything needed to write it again. Its text is
    empty for a person who is asked a question first. ``team`` is the ambassador's at this moment."""

    post: Post
    recipe: Mapping[str, Any]
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """A text about a source, and how it was made."""

    id: str
    network: str
    text: str
    angle: str
    recipe: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A post that was moved together with others."""

    id: str
    campaign_id: str
    network: str


async def existing(transaction: Transaction, ids: Sequence[str]) -> set[str]:
    """Which of these posts are stored."""
    query = sa.select(posts.c.id).where(is_one_of(transaction, posts.c.id, ids))
    return set(await transaction.scalars(query))


async def add(transaction: Transaction, drafts: Sequence[NewPost]) -> None:
    """Store drafts; one that is there already stays as it is."""
    await insert_new(
        transaction,
        posts,
        [
            {
                "id": draft.post.id,
                "campaign_id": draft.post.campaign_id,
                "ambassador_id": draft.post.ambassador_id,
                "network": draft.post.network,
                "language": draft.post.language,
                "text": draft.post.text,
                "original_text": draft.post.text,
                "angle": draft.post.angle,
                "overlap": draft.post.overlap,
                "recipe": draft.recipe,
                "link_code": draft.post.link_code,
                "team": draft.team,
                "state": draft.post.state.value,
                "created_at": draft.post.created_at,
            }
            for draft in drafts
        ],
    )


async def get(transaction: Transaction, post_id: str) -> Post | None:
    found = await transaction.execute(sa.select(*_FIELDS).where(posts.c.id == post_id))
    row = found.mappings().first()
    return None if row is None else _post(row)


async def by_ids(transaction: Transaction, ids: Sequence[str]) -> dict[str, Post]:
    if not ids:
        return {}
    found = await transaction.execute(sa.select(*_FIELDS).where(posts.c.id.in_(ids)))
    return {row["id"]: _post(row) for row in found.mappings()}


async def of_ambassador(
    transaction: Transaction, ambassador_id: str, *, limit: int = 100
) -> list[Post]:
    """One person's posts, newest first."""
    query = (
        sa.select(*_FIELDS)
        .where(posts.c.ambassador_id == ambassador_id)
        .order_by(posts.c.created_at.desc(), posts.c.id)
        .limit(limit)
    )
    return [_post(row) for row in (await transaction.execute(query)).mappings()]


async def shared_by(transaction: Transaction, ambassador_id: str, network: str) -> list[Post]:
    """Return what is on a network in this person's name, by their hand or ours."""
    query = sa.select(*_FIELDS).where(
        posts.c.ambassador_id == ambassador_id,
        posts.c.network == network,
        posts.c.state.in_([PostState.PUBLISHED.value, PostState.SHARED.value]),
    )
    return [_post(row) for row in (await transaction.execute(query)).mappings()]


async def in_state(
    transaction: Transaction, state: PostState, *, limit: int = 100, campaign_id: str | None = None
) -> list[Post]:
    """Posts in a state, oldest first."""
    query = (
        sa.select(*_FIELDS)
        .where(posts.c.state == state.value)
        .order_by(posts.c.created_at, posts.c.id)
        .limit(limit)
    )
    if campaign_id is not None:
        query = query.where(posts.c.campaign_id == campaign_id)
    return [_post(row) for row in (await transaction.execute(query)).mappings()]


async def texts_of_source(
    transaction: Transaction, *, kind: str, source_id: str
) -> list[WrittenText]:
    """All texts of all campaigns about one story or vacancy."""
    query = sa.select(posts.c.id, posts.c.network, posts.c.text, posts.c.angle, posts.c.recipe)
    rows = await transaction.execute(
        _of_source(query, kind, source_id).where(posts.c.text != "").order_by(posts.c.id)
    )
    return [WrittenText(**row) for row in rows.mappings()]


async def number_of_source(transaction: Transaction, *, kind: str, source_id: str) -> int:
    """How many texts there are in all campaigns about one story or vacancy."""
    query = _of_source(sa.select(sa.func.count(posts.c.id)), kind, source_id)
    return (await transaction.scalar(query.where(posts.c.text != ""))) or 0


async def asked_first(transaction: Transaction, campaign_id: str) -> dict[tuple[str, str], int]:
    """How many people have a question and no text yet, by network and the reason in its recipe."""
    why = posts.c.recipe["why"].as_string().label("why")
    rows = await transaction.execute(
        sa.select(posts.c.network, why, sa.func.count().label("people"))
        .where(
            posts.c.campaign_id == campaign_id,
            posts.c.text == "",
            posts.c.state == PostState.READY.value,
        )
        .group_by(posts.c.network, why)
        .order_by(posts.c.network, why)
    )
    return {(row.network, row.why or ""): row.people for row in rows}


def _of_source(query: sa.Select[Any], kind: str, source_id: str) -> sa.Select[Any]:
    return query.join(campaigns, campaigns.c.id == posts.c.campaign_id).where(
        campaigns.c.kind == kind, campaigns.c.source_id == source_id
    )


async def move(
    transaction: Transaction, post_id: str, *, before: PostState, after: PostState, **changes: Any
) -> Post | None:
    """Change the state, and other columns with it; None when it is not ``before`` any more."""
    return await _changed(transaction, post_id, before, state=after.value, **changes)


async def move_all(
    transaction: Transaction,
    *,
    campaign_ids: Collection[str],
    before: Collection[PostState],
    after: PostState,
) -> list[Moved]:
    """Move every post of these campaigns that is in one of the states."""
    return await _move_all(transaction, posts.c.campaign_id.in_(campaign_ids), before, after)


async def move_all_of_person(
    transaction: Transaction,
    *,
    ambassador_id: str,
    before: Collection[PostState],
    after: PostState,
) -> list[Moved]:
    """Move every post of a person that is in one of the states."""
    return await _move_all(transaction, posts.c.ambassador_id == ambassador_id, before, after)


async def _move_all(
    transaction: Transaction,
    whose: sa.ColumnElement[bool],
    before: Collection[PostState],
    after: PostState,
) -> list[Moved]:
    """One statement for all states: a post that changes between them meanwhile is not missed."""
    result = await transaction.execute(
        posts.update()
        .where(in_key_order(posts, whose, posts.c.state.in_([state.value for state in before])))
        .values(state=after.value)
        .returning(posts.c.id, posts.c.campaign_id, posts.c.network)
    )
    return [Moved(**row) for row in result.mappings()]


async def is_under_way(transaction: Transaction, ambassador_id: str) -> bool:
    """Whether a post of this person is being published."""
    query = sa.select(posts.c.id).where(
        posts.c.ambassador_id == ambassador_id, posts.c.state == PostState.PUBLISHING.value
    )
    return await transaction.scalar(query.limit(1)) is not None


async def edit(transaction: Transaction, post_id: str, **changes: Any) -> Post | None:
    """Change a draft that still waits for its decision, by its person's hand: no standing consent
    covers it from then on. None when it was decided already."""
    return await _changed(
        transaction, post_id, PostState.READY, by_tap_only=True, rephrase_by=None, **changes
    )


async def hold(transaction: Transaction, post_id: str) -> None:
    """Lock this post until this transaction ends."""
    await transaction.execute(
        sa.select(posts.c.id).where(posts.c.id == post_id).with_for_update(key_share=True)
    )


async def moments_of_person(
    transaction: Transaction, ambassador_id: str, *, since: datetime, besides: str
) -> list[datetime]:
    """When this person's other posts went out or will, from ``since`` on."""
    return await _moments(transaction, since, besides, posts.c.ambassador_id == ambassador_id)


async def moments_of_campaign(
    transaction: Transaction, post: Post, *, since: datetime
) -> list[datetime]:
    """When other posts of this post's campaign on its network went out or will."""
    return await _moments(
        transaction,
        since,
        post.id,
        posts.c.campaign_id == post.campaign_id,
        posts.c.network == post.network,
    )


async def sent_of_series(
    transaction: Transaction, series: Collection[tuple[str, str]], *, since: datetime
) -> dict[tuple[str, str], list[datetime]]:
    """When posts went out since then, by campaign and network: those on their way included."""
    rows = await transaction.execute(
        sa.select(posts.c.campaign_id, posts.c.network, _WENT_OUT.label("moment")).where(
            sa.tuple_(posts.c.campaign_id, posts.c.network).in_(sorted(series)),
            posts.c.state.in_([state.value for state in _TAKES_A_SLOT - {PostState.APPROVED}]),
            _at(since) < _WENT_OUT,
        )
    )
    found: dict[tuple[str, str], list[datetime]] = {}
    for row in rows:
        found.setdefault((row.campaign_id, row.network), []).append(row.moment)
    return found


async def _moments(
    transaction: Transaction, since: datetime, besides: str, *which: sa.ColumnElement[bool]
) -> list[datetime]:
    is_planned = posts.c.state == PostState.APPROVED.value
    moment = sa.case((is_planned, posts.c.publish_at), else_=_WENT_OUT)
    rows = await transaction.scalars(
        sa.select(moment).where(
            *which,
            posts.c.id != besides,
            posts.c.state.in_([state.value for state in _TAKES_A_SLOT]),
            moment >= _at(since),
        )
    )
    return list(rows)


#: A post of unknown fate counts as sent: it may be. One that its person shared counts as well.
_TAKES_A_SLOT = frozenset(
    {
        PostState.APPROVED,
        PostState.PUBLISHING,
        PostState.PUBLISHED,
        PostState.SHARED,
        PostState.UNKNOWN,
    }
)
# Of a post that was planned for yesterday and goes out now, now is what counts.
_WENT_OUT = sa.func.coalesce(posts.c.published_at, posts.c.attempt_at, posts.c.publish_at)


def _at(moment: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(moment, posts.c.publish_at.type)


async def planned_of_person(
    transaction: Transaction, ambassador_id: str, *, before: datetime | None = None
) -> list[Post]:
    """This person's approved posts, those that go out ``before`` a time, the earliest first."""
    query = (
        sa.select(*_FIELDS)
        .where(posts.c.ambassador_id == ambassador_id, posts.c.state == PostState.APPROVED.value)
        .order_by(posts.c.publish_at, posts.c.id)
    )
    if before is not None:
        query = query.where(posts.c.publish_at < before)
    return [_post(row) for row in (await transaction.execute(query)).mappings()]


async def hold_planned(transaction: Transaction, planned: Sequence[Post]) -> list[Post]:
    """Lock and return those that are planned as before, in their order."""
    held = await transaction.execute(
        sa.select(posts.c.id, posts.c.publish_at)
        .where(
            posts.c.id.in_([post.id for post in planned]),
            posts.c.state == PostState.APPROVED.value,
        )
        .order_by(posts.c.id)
        .with_for_update(key_share=True)
    )
    still = {(row.id, row.publish_at) for row in held}
    return [post for post in planned if (post.id, post.publish_at) in still]


async def plan(transaction: Transaction, post_id: str, *, publish_at: datetime) -> None:
    """Let an approved post go out at another time."""
    await transaction.execute(
        posts.update()
        .where(posts.c.id == post_id, posts.c.state == PostState.APPROVED.value)
        .values(publish_at=publish_at)
    )


async def leave_to_tap(transaction: Transaction, post_id: str) -> None:
    """No standing consent covers this draft any more."""
    await transaction.execute(posts.update().where(posts.c.id == post_id).values(by_tap_only=True))


async def counts_by_state(
    transaction: Transaction, *, campaign_id: str | None = None
) -> dict[str, int]:
    # In the order of an index, campaign by campaign: nothing is sorted, and no text is read.
    of = (posts.c.campaign_id, posts.c.state)
    query = sa.select(*of, sa.func.count().label("posts")).group_by(*of)
    if campaign_id is not None:
        query = query.where(posts.c.campaign_id == campaign_id)
    each = query.subquery().c
    total = sa.select(each.state, sa.func.sum(each.posts).label("posts")).group_by(each.state)
    return {row.state: int(row.posts) for row in await transaction.execute(total)}


async def _changed(
    transaction: Transaction, post_id: str, before: PostState, **changes: Any
) -> Post | None:
    """The post as it is then; None, and nothing changed, when it is not ``before`` any more."""
    result = await transaction.execute(
        posts.update()
        .where(posts.c.id == post_id, posts.c.state == before.value)
        .values(**changes)
        .returning(*_FIELDS)
    )
    row = result.mappings().first()
    return None if row is None else _post(row)


def _post(row: RowMapping) -> Post:
    return Post(**dict(row) | {"state": PostState(row["state"])})
