"""Everything about a person, a person under another id, and a person reduced to figures.

Ids are made of e-mail addresses (`services.identity`), so they identify a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.database.engine import take_turns
from services.database.schema import (
    ambassadors,
    audience,
    audit,
    blocked_words,
    campaigns,
    connections,
    followers,
    metadata,
    network_calls,
    own_answers,
    people,
    post_deletions,
    post_images,
    posts,
    sessions,
    sharing_preferences,
    sign_in_links,
    template_versions,
    typed_texts,
    voice_observations,
    voice_profiles,
)
from services.database.transaction import Transaction

#: Mentions of a person's id that no foreign key takes along.
MENTIONS = (
    template_versions.c.author,
    blocked_words.c.added_by,
    network_calls.c.member,
    audit.c.actor,
    audit.c.subject,
)

#: Their holder can act as the person.
_SECRET = frozenset(
    [connections.c.tokens, sessions.c.token_sha256, sign_in_links.c.token_sha256],
)

Rows = list[dict[str, Any]]

#: What goes with the person. What counts (posts, who was asked, who got no text) stays.
OWN = (
    connections.c.ambassador_id,
    followers.c.ambassador_id,
    own_answers.c.ambassador_id,
    sessions.c.person_id,
    sharing_preferences.c.ambassador_id,
    sign_in_links.c.person_id,
    voice_observations.c.ambassador_id,
    voice_profiles.c.ambassador_id,
)

#: An empty profile.
NO_PROFILE: Mapping[str, Any] = {
    "role": "",
    "team": "",
    "crafts": [],
    "region": "",
    "timezone": "UTC",
    "address_form": "",
    "emoji": 0,
    "length": "medium",
    "since": None,
    "topics": [],
    "other_languages": [],
}

#: A post that counts, and shows neither what it said nor whose it was.
_NO_TEXT: Mapping[str, Any] = {
    "text": "",
    "original_text": "",
    "recipe": {},
    "reason": "",
    "remedy": "",
    "external_id": None,
    "external_url": None,
    "rephrase_by": None,
    "measure_at": None,
}


async def everything_about(transaction: Transaction, person_id: str) -> dict[str, Rows]:
    """The rows of every table about this person and their posts, by table; tokens aside: articles 15
    and 20 of the GDPR.

    ``campaigns`` are the title and kind of what they were asked to share. Who clicked is no part of
    it: of visitors only counts are kept.
    """
    theirs = sa.select(posts.c.id).where(posts.c.ambassador_id == person_id)
    found: dict[str, Rows] = {}
    for table in metadata.sorted_tables:
        about: list[sa.ColumnElement[bool]] = [
            column.in_(theirs) for column in _keys_to(table, posts.c.id)
        ]
        for owner in (people, ambassadors):
            about += [column == person_id for column in _keys_to(table, owner.c.id)]
        about += [mention == person_id for mention in MENTIONS if mention.table is table]
        if table is people:
            about.append(people.c.id == person_id)
        if about:
            shown = [column for column in table.columns if column not in _SECRET]
            rows = await transaction.execute(
                sa.select(*shown).where(sa.or_(*about)).order_by(*table.primary_key)
            )
            found[table.name] = [dict(row) for row in rows.mappings()]
    asked = sa.select(audience.c.campaign_id).where(audience.c.ambassador_id == person_id)
    titles = sa.select(campaigns.c.id, campaigns.c.kind, campaigns.c.title)
    rows = await transaction.execute(titles.where(campaigns.c.id.in_(asked)))
    found[campaigns.name] = [dict(row) for row in rows.mappings()]
    return {name: rows for name, rows in found.items() if rows}


def _keys_to(table: sa.Table, target: sa.Column[Any]) -> Iterator[sa.Column[Any]]:
    """The columns of ``table`` that refer to ``target``."""
    for column in table.columns:
        if any(key.column is target for key in column.foreign_keys):
            yield column


async def hold(transaction: Transaction, person_id: str) -> None:
    """Lock all that belongs to this person, in the order in which everybody does
    (`services.database.schema`): their own foreign keys would take it in another one."""
    await take_turns(transaction, "memory")
    for table in (people, ambassadors):
        await transaction.execute(
            sa.select(table.c.id).where(table.c.id == person_id).with_for_update()
        )
    for table in metadata.tables.values():
        for column in table.columns:
            if any(key.column is ambassadors.c.id for key in column.foreign_keys):
                await transaction.execute(
                    sa.select(column)
                    .where(column == person_id)
                    .order_by(*table.primary_key)
                    .with_for_update(key_share=True)
                )


async def give_id(transaction: Transaction, before: str, after: str) -> None:
    """Move all that belongs to person ``before`` to ``after``, a new id.

    Events on their way under the old id find no person.
    """
    await hold(transaction, before)
    await transaction.execute(people.update().where(people.c.id == before).values(id=after))
    for mention in MENTIONS:
        await transaction.execute(
            sa.update(mention.table).where(mention == before).values({mention.name: after})
        )
    mentioned = sa.cast(audit.c.detail, sa.Text).contains(before, autoescape=True)
    for entry in await transaction.execute(sa.select(audit.c.id, audit.c.detail).where(mentioned)):
        detail = {name: after if value == before else value for name, value in entry.detail.items()}
        await transaction.execute(
            audit.update().where(audit.c.id == entry.id).values(detail=detail)
        )


async def erase(transaction: Transaction, person_id: str, *, as_id: str, now: datetime) -> None:
    """Erase this person but for figures, which stay under the anonymous id ``as_id``.

    Texts, profile, voice, connections with their tokens, links and sessions are deleted.
    """
    await give_id(transaction, person_id, as_id)
    for owner in OWN:
        await transaction.execute(sa.delete(owner.table).where(owner == as_id))
    await transaction.execute(
        people.update()
        .where(people.c.id == as_id)
        .values(email=as_id, name="", roles=[], deactivated_at=now)
    )
    await transaction.execute(
        ambassadors.update().where(ambassadors.c.id == as_id).values(NO_PROFILE)
    )
    await transaction.execute(
        audience.update().where(audience.c.ambassador_id == as_id).values(reason="", grounds=[])
    )
    theirs = sa.select(posts.c.id).where(posts.c.ambassador_id == as_id)
    for table in (post_images, post_deletions, typed_texts):
        await transaction.execute(table.delete().where(table.c.post_id.in_(theirs)))
    await transaction.execute(
        audit.update()
        .where(sa.or_(audit.c.subject == as_id, audit.c.subject.in_(theirs)))
        .values(detail={})
    )
    await transaction.execute(posts.update().where(posts.c.ambassador_id == as_id).values(_NO_TEXT))
