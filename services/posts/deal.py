"""What was dealt of a source already, and who of its people are colleagues."""

from __future__ import annotations

import re
from collections.abc import Collection

from services.database.transaction import Transaction
from services.events.incoming import StoryApproved
from services.identity import ambassador_id
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.posts.store import posts
from services.voice import Dealt
from services.voice.passages import SourceText
from services.voice.writing.dealing import NO_PASSAGE
from services.voice.writing.relations import Cast, Scene, cast_of
from services.voice.writing.request import Content

_ASCII = re.compile(r"[A-Za-z]{3,}")


async def dealt_of(
    transaction: Transaction, kind: str, source_id: str, *, besides: Collection[str] = ()
) -> Dealt:
    """All texts about a story or vacancy, but those ``besides``."""
    dealt = Dealt()
    await fill(dealt, transaction, kind, source_id, besides=besides)
    return dealt


async def fill(
    dealt: Dealt,
    transaction: Transaction,
    kind: str,
    source_id: str,
    *,
    besides: Collection[str] = (),
) -> None:
    """Add what is not in it yet."""
    for told in await posts.texts_of_source(transaction, kind=kind, source_id=source_id):
        if told.id not in besides and told.id not in dealt:
            passage = told.recipe.get("passage") or {}
            dealt.remember(
                told.id,
                network=told.network,
                text=told.text,
                passage=passage.get("number", NO_PASSAGE),
                layout=f"{told.angle}/{told.recipe.get('layout', '')}",
                aside=told.recipe.get("parts", {}).get("passage", ""),
            )


async def cast(transaction: Transaction, content: Content, some: Collection[Ambassador]) -> Cast:
    """The author among the colleagues; names that several have, as far as ``some`` are spoken of."""
    scene = Scene.of(SourceText(content))
    known = {person.id: person for person in some if scene.speaks_of(person.name)}
    spoken_of = {person.name for person in known.values()}
    if isinstance(content, StoryApproved) and content.author is not None:
        author = ambassador_id(content.author.email or "")
        known |= await people.ambassadors_by_id(transaction, [author])
        if author not in known:
            # By name it may be any of them.
            known |= {person.id: person for person in some}
            spoken_of.add(content.author.name)
    for name in sorted(spoken_of):
        part = max(_ASCII.findall(name), key=len, default="")
        if part:
            known |= {one.id: one for one in await people.ambassadors_called(transaction, part)}
    return cast_of(content, known.values())
