"""What a source can carry, said before anybody is asked: how many posts, and the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.campaigns.store import audience
from services.campaigns.store.campaigns import Campaign
from services.database.transaction import Transaction
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.posts import deal
from services.voice import Composer, Dealt, Draft, DraftRequest
from services.voice.voice_profile import taught
from services.voice.writing.relations import Cast

#: So many people are looked at: no source carries more posts.
_LOOKED_AT = 1_000
#: Posts that are shown.
_SAMPLES = 3
#: The network that most people connect.
_NETWORK = "linkedin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Of ``asked`` people ``texts`` can have a post, the others a question alone; a few ``samples``.
    ``at_once``: they get it without asking for it, because its passages were chosen."""

    asked: int
    texts: int
    at_once: bool
    samples: Sequence[tuple[Ambassador, Draft]]

    @property
    def first(self) -> int:
        """How many are asked for a sentence first."""
        return self.asked - self.texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The people of a campaign by rank, and who of its source is among them."""

    people: Sequence[Ambassador]
    size: int
    cast: Cast


async def read_audience(transaction: Transaction, campaign: Campaign) -> Audience:
    """Those who would be asked, the first thousand of them."""
    invited = await audience.proposed(transaction, campaign.id)
    ids = [one.ambassador_id for one in invited[:_LOOKED_AT]]
    found = await taught(transaction, await people.ambassadors_by_id(transaction, ids))
    cast = await deal.cast(transaction, campaign.content, found.values())
    return Audience(
        people=[found[identity] for identity in ids if identity in found],
        size=len(invited),
        cast=cast,
    )


def foresee(composer: Composer, campaign: Campaign, them: Audience, *, link: str) -> Foreseen:
    """Deal to all of them as the worker will. Takes a tenth of a second for a thousand people."""
    dealt = Dealt()
    network = _NETWORK if _NETWORK in composer.networks else next(iter(composer.networks))
    drafts: list[tuple[Ambassador, Draft]] = []
    for rank, person in enumerate(them.people):
        draft = composer.compose(
            DraftRequest(
                campaign_id=campaign.id,
                content=campaign.content,
                ambassador=person,
                network=network,
                rank=rank,
                seed=campaign.seed,
                link=link,
                wants_text=True,
                cast=them.cast,
            ),
            dealt,
        )
        dealt.add(person.id, draft)
        if draft.text:
            drafts.append((person, draft))
    return Foreseen(
        asked=them.size,
        texts=len(drafts),
        at_once=bool(campaign.content.passages),
        samples=_different(drafts),
    )


def _different(drafts: Sequence[tuple[Ambassador, Draft]]) -> Sequence[tuple[Ambassador, Draft]]:
    """A few, of people who stand in different places where there are such."""
    first = {one[1].relation: one for one in reversed(drafts)}
    chosen = [one for one in drafts if first[one[1].relation] is one][:_SAMPLES]
    others = [one for one in drafts if one not in chosen]
    return [*chosen, *others][:_SAMPLES]
