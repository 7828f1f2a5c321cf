"""What was done in the organisation's name, for administrators: one line an act, with names in place of
ids.

What people did with their own posts, voice, pace and accounts is theirs: no manager sees who
declined, here neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.campaigns.store import campaigns
from services.database import audit
from services.database.audit import Entry, StoredEntry
from services.database.transaction import Transaction
from services.message import Message, message
from services.people.store import people
from services.web.access import AdministratorView

#: Every action that is shown, and how.
ACTIONS: Mapping[str, Message] = {
    "api_key.made": message("did.api-key.made", "Made an API key"),
    "api_key.revoked": message("did.api-key.revoked", "Revoked an API key"),
    "audience.added": message("did.audience.added", "Put somebody on the list"),
    "audience.removed": message("did.audience.removed", "Took somebody off the list"),
    "campaign.approved": message("did.campaign.approved", "Approved the story"),
    "campaign.closed": message("did.campaign.closed", "Closed the vacancy"),
    "campaign.finished": message("did.campaign.finished", "Ended the campaign"),
    "campaign.launched": message("did.campaign.launched", "Launched the campaign"),
    "campaign.opened": message("did.campaign.opened", "Opened the vacancy"),
    "campaign.passages": message("did.campaign.passages", "Chose the passages"),
    "campaign.passages_asked": message(
        "did.campaign.passages-asked", "Asked a language model for passages"
    ),
    "campaign.widened": message("did.campaign.widened", "Asked more colleagues"),
    "dead_letter.dropped": message("did.dead-letter.dropped", "Gave up a dead letter"),
    "dead_letter.replayed": message("did.dead-letter.replayed", "Replayed a dead letter"),
    "network.away": message("did.network.away", "Stopped publishing on a network that is away"),
    "network.back": message("did.network.back", "Publishes again on a network"),
    "person.added": message("did.person.added", "Added somebody"),
    "person.corrected": message("did.person.corrected", "Corrected somebody"),
    "person.deactivated": message("did.person.deactivated", "Deactivated somebody"),
    "person.deleted": message("did.person.deleted", "Deleted somebody"),
    "person.imported": message("did.person.imported", "Imported ambassadors"),
    "person.link_made": message("did.person.link-made", "Made a sign-in link"),
    "person.reactivated": message("did.person.reactivated", "Let somebody in again"),
    "person.signed_out": message("did.person.signed-out", "Signed somebody out everywhere"),
    "records.expired": message("did.records.expired", "Records expired before they were handled"),
    "template.restored": message("did.template.restored", "Put back a template"),
    "template.saved": message("did.template.saved", "Changed a template"),
    "word.allowed": message("did.word.allowed", "Allowed a word again"),
    "word.blocked": message("did.word.blocked", "Blocked a word"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One act: ``entry`` is its newest entry, ``times`` how many it left.

    ``subjects`` are what it was about, by id and as people call them; ``detail`` is what all its
    entries have in common.
    """

    entry: Entry
    actor_name: str
    times: int
    subjects: Mapping[str, str]
    detail: Mapping[str, Any]


async def read_lines(transaction: Transaction, kept: Sequence[StoredEntry]) -> list[AuditLine]:
    """``kept`` in its order, entries of one act together."""
    ids = {each.entry.subject for each in kept} | {_person(each.entry) for each in kept}
    names = await people.names(transaction, sorted(ids))
    names |= await campaigns.titles(transaction, sorted(ids))
    return [_line(list(act), names) for _, act in groupby(kept, key=_act)]


def _act(kept: StoredEntry) -> tuple[Any, ...]:
    """Adjacent entries that agree in this are one act."""
    return kept.entry.at, kept.entry.actor, kept.entry.action


def _line(act: Sequence[StoredEntry], names: Mapping[str, str]) -> AuditLine:
    newest = act[0]
    common = {
        name: value
        for name, value in newest.entry.detail.items()
        if all(each.entry.detail.get(name) == value for each in act)
    }
    if person := common.get("person"):
        common["person"] = names.get(person, person)
    return AuditLine(
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


router = APIRouter(prefix="/administration/audit")

#: The part before the dot of the actions that are shown.
KINDS = (
    "api_key",
    "audience",
    "campaign",
    "dead_letter",
    "network",
    "person",
    "records",
    "template",
    "word",
)
_PAGE = 50

_Text = Annotated[str, Query(max_length=300)]


@router.get("")
async def entries(
    view: AdministratorView,
    action: _Text = "",
    subject: _Text = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    action, subject = action.strip(), subject.strip()
    async with view.parts.database.read() as transaction:
        found = await audit.recent(
            transaction,
            kinds=KINDS,
            action=action,
            subject=subject,
            before=before,
            limit=_PAGE + 1,
        )
        shown = found[:_PAGE]
        lines = await read_lines(transaction, shown)
    return view.page(
        "administration/audit.html",
        lines=lines,
        actions=ACTIONS,
        action=action,
        subject=subject,
        older=shown[-1].id if len(found) > _PAGE else None,
    )
