"""Marketing writes share texts: save a version, put an older one back, try one on real people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.campaigns.store.campaigns import Campaign
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.rules.ambassador import Ambassador
from services.voice import (
    Composer,
    Dealt,
    Draft,
    DraftRequest,
    PostTemplates,
)
from services.voice.store import post_templates
from services.voice.writing.relations import Relation, cast_of, relation_of
from services.voice.writing.template_check import check_template

#: People that a template is tried on.
PREVIEWED = 5


def may_be_written(shipped: PostTemplates, path: str) -> bool:
    return path in shipped.pools


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A text that keeps every promise of its path; made by `checked` alone."""

    path: str
    text: str


def checked(templates: PostTemplates, path: str, text: str) -> Checked:
    """Raises Rejected when a promise is broken. Takes some tens of milliseconds of thinking."""
    if any(fault.blocks for fault in check_template(templates, path, text)):
        raise Rejected(
            message("template.not-usable-yet", "this template cannot be used yet"),
            remedy=message("do.correct-below", "Correct what stands below the text."),
        )
    return Checked(path=path, text=text)


async def save(
    transaction: Transaction, template: Checked, *, based_on: int, author: str, now: datetime
) -> int:
    """Keep the text as the next version and use it; returns its number.

    Raises Rejected when the template was changed since ``based_on``.
    """
    path = template.path
    await post_templates.hold(transaction, path)
    if (await post_templates.active(transaction)).get(path, 0) != based_on:
        raise Rejected(
            message("template.changed-meanwhile", "somebody else changed this template meanwhile"),
            remedy=message(
                "do.load-again-and-merge",
                "Load the page again and put your change into the newer text.",
            ),
        )
    number = await post_templates.write(transaction, path, template.text, author=author, now=now)
    detail = {"version": number, "instead_of": based_on}
    subject = f"template:{path}"
    await record(transaction, "template.saved", subject, actor=author, now=now, **detail)
    return number


async def restore(
    transaction: Transaction, *, path: str, version: int, author: str, now: datetime
) -> None:
    """Use an older version again, or with 0 the shipped one. Raises Rejected when there is none."""
    await post_templates.hold(transaction, path)
    before = (await post_templates.active(transaction)).get(path, 0)
    if version and not await post_templates.texts(transaction, {path: version}):
        raise Rejected(
            message("template.no-such-version", "there is no such version"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await post_templates.use(transaction, path, version)
    detail = {"version": version, "instead_of": before}
    subject = f"template:{path}"
    await record(transaction, "template.restored", subject, actor=author, now=now, **detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the template makes for one person; without a text, the question alone."""

    person: Ambassador
    draft: Draft


def preview(
    composer: Composer,
    path: str,
    campaign: Campaign,
    people: Sequence[Ambassador],
    *,
    network: str,
    link: str,
) -> list[Trial]:
    """Drafts for at most five people, each with the relation that ``path`` names; first those who have it."""
    language, _, relation = path.removesuffix(".j2").split("/")
    cast = cast_of(campaign.content, people)
    fitting = [person for person in people if person.language == language]
    fitting.sort(key=lambda one: relation_of(one, campaign.content, cast).relation != relation)
    dealt = Dealt()
    trials: list[Trial] = []
    for rank, person in enumerate(fitting[:PREVIEWED]):
        request = DraftRequest(
            campaign_id=campaign.id,
            content=campaign.content,
            ambassador=person,
            network=network,
            rank=rank,
            seed=campaign.seed,
            link=link,
            cast=cast,
            as_if=Relation(relation),
        )
        draft = composer.compose(request, dealt)
        trials.append(Trial(person=person, draft=draft))
        dealt.add(person.id, draft)
    return trials
