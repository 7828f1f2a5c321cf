"""Marketing writes share texts: save a version, put an older one back, try one on real people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice

from services.domain.ambassador import Ambassador
from services.domain.voice import (
    Composer,
    Draft,
    DraftRequest,
    NoDraft,
    OverlapGuard,
    PostTemplates,
)
from services.domain.voice.template_check import check_template
from services.errors import Rejected
from services.storage import audit, post_templates
from services.storage.audit import Entry
from services.storage.campaigns import Campaign
from services.storage.transaction import Transaction

#: A path that marketing may write: a shipped one, or an angle of its own.
_OWN_ANGLE = re.compile(r"(nl|en)/(story|vacancy)/[a-z][a-z_]{1,28}[a-z]\.clauses")
#: People that a template is tried on, and ranks that are looked at for its angle.
PREVIEWED, _RANKS = 5, 12


def may_be_written(shipped: PostTemplates, path: str) -> bool:
    return path in shipped.files or _OWN_ANGLE.fullmatch(path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A text that keeps every promise of its path; made by `checked` alone."""

    path: str
    text: str


def checked(templates: PostTemplates, path: str, text: str) -> Checked:
    """Raises Rejected when a promise is broken. Takes some tens of milliseconds of thinking."""
    if any(fault.blocks for fault in check_template(templates, path, text)):
        raise Rejected(
            "this template cannot be used yet", remedy="Correct what stands below the text."
        )
    return Checked(path=path, text=text)


async def save(
    transaction: Transaction, template: Checked, *, based_on: int, author: str, now: datetime
) -> int:
    """Keep the text as the next version and use it; returns its number.

    Raises Rejected when somebody changed the template since ``based_on``.
    """
    path = template.path
    await post_templates.hold(transaction, path)
    if await post_templates.active_version(transaction, path) != based_on:
        raise Rejected(
            "somebody else changed this template meanwhile",
            remedy="Load the page again and put your change into the newer text.",
        )
    number = await post_templates.write(transaction, path, template.text, author=author, now=now)
    detail = {"version": number, "instead_of": based_on}
    entry = Entry(
        at=now, actor=author, action="template.saved", subject=f"template:{path}", detail=detail
    )
    await audit.add(transaction, [entry])
    return number


async def restore(
    transaction: Transaction, *, path: str, version: int, author: str, now: datetime
) -> None:
    """Use an older version again, or with 0 the shipped one. Raises Rejected when there is none."""
    await post_templates.hold(transaction, path)
    before = await post_templates.active_version(transaction, path)
    if version and not await post_templates.texts(transaction, {path: version}):
        raise Rejected("there is no such version", remedy="Load the page again.")
    await post_templates.use(transaction, path, version)
    detail = {"version": version, "instead_of": before}
    entry = Entry(
        at=now, actor=author, action="template.restored", subject=f"template:{path}", detail=detail
    )
    await audit.add(transaction, [entry])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the template makes for one person; without a draft, the reason why."""

    person: Ambassador
    draft: Draft | None
    reason: str = ""


def preview(
    composer: Composer,
    path: str,
    campaign: Campaign,
    people: Sequence[Ambassador],
    *,
    network: str,
    link: str,
) -> list[Trial]:
    """Drafts for at most five people, each with the angle of ``path`` where it has one."""
    language = path.partition("/")[0] if path.endswith(".clauses") else ""
    fitting = [person for person in people if not language or person.language == language]
    guard, ranks = OverlapGuard(), count()
    trials: list[Trial] = []
    for person in fitting[:PREVIEWED]:
        request = DraftRequest(
            campaign_id=campaign.id,
            content=campaign.content,
            ambassador=person,
            network=network,
            rank=0,
            seed=campaign.seed,
            link=link,
        )
        try:
            draft = _first_that_shows(path, composer, request, ranks, guard)
        except NoDraft as refusal:
            trials.append(Trial(person=person, draft=None, reason=str(refusal)))
            continue
        trials.append(Trial(person=person, draft=draft))
        if draft is not None:
            guard.add(person.id, draft.text)
    return trials


def _first_that_shows(
    path: str,
    composer: Composer,
    request: DraftRequest,
    ranks: Iterator[int],
    guard: OverlapGuard,
) -> Draft | None:
    """The draft of the next rank that gets this template; None when none of a dozen does."""
    for rank in islice(ranks, _RANKS):
        draft = composer.compose(replace(request, rank=rank), guard)
        if _shows(draft, path):
            return draft
    return None


def _shows(draft: Draft, path: str) -> bool:
    """Whether the draft was made with this template: any is, with one that all angles share."""
    if not path.endswith(".clauses") or path.removesuffix(".clauses").endswith("shared"):
        return True
    return f"{draft.template}.clauses" == path
