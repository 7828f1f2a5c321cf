"""Entries of the audit as a reader sees them: one line an act, with names in place of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.campaigns.store import campaigns
from services.database.audit import Entry, Kept
from services.database.transaction import Transaction
from services.people.store import people

#: Every action that is shown; `templates/web/messages` has words for each.
ACTIONS = (
    "audience.added",
    "audience.removed",
    "campaign.approved",
    "campaign.closed",
    "campaign.finished",
    "campaign.launched",
    "campaign.opened",
    "campaign.passages",
    "campaign.passages_asked",
    "campaign.widened",
    "dead_letter.dropped",
    "dead_letter.replayed",
    "network.away",
    "network.back",
    "person.added",
    "person.corrected",
    "person.deactivated",
    "person.deleted",
    "person.imported",
    "person.link_made",
    "person.reactivated",
    "person.signed_out",
    "records.expired",
    "template.restored",
    "template.saved",
    "word.allowed",
    "word.blocked",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One act: ``entry`` is its newest entry, ``times`` how many it left.

    ``subjects`` are what it was about, by id and as people call them; ``detail`` is what all its
    entries have in common.
    """

    entry: Entry
    actor_name: str
    times: int
    subjects: Mapping[str, str]
    detail: Mapping[str, Any]


async def read_lines(transaction: Transaction, kept: Sequence[Kept]) -> list[Line]:
    """``kept`` in its order, entries of one act together."""
    ids = {each.entry.subject for each in kept} | {_person(each.entry) for each in kept}
    names = await people.names(transaction, sorted(ids))
    names |= await campaigns.titles(transaction, sorted(ids))
    return [_line(list(act), names) for _, act in groupby(kept, key=_act)]


def _act(kept: Kept) -> tuple[Any, ...]:
    """Entries that stand together and agree in this are one act."""
    return kept.entry.at, kept.entry.actor, kept.entry.action


def _line(act: Sequence[Kept], names: Mapping[str, str]) -> Line:
    newest = act[0]
    common = {
        name: value
        for name, value in newest.entry.detail.items()
        if all(each.entry.detail.get(name) == value for each in act)
    }
    if person := common.get("person"):
        common["person"] = names.get(person, person)
    return Line(
        entry=newest.entry,
        actor_name=newest.actor_name,
        times=len(act),
        subjects={
            each.entry.subject: names.get(each.entry.subject, each.entry.subject)
            for each in act
            if each.entry.subject
        },
        detail=common,
    )


def _person(entry: Entry) -> str:
    return str(entry.detail.get("person", ""))
