"""What managers see of a campaign: what was brought, never who decided what.

Counts that would reveal one person's decision, or one person's figures, are not shown. That holds for
differences too: no small group may follow from a sum by subtraction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.transaction import Transaction
from services.figures.store import campaign_figures
from services.figures.store.campaign_figures import CampaignFigures, ReachFigure
from services.post import PostState
from services.posts.store import posts

#: Groups smaller than this are not shown.
SMALL_GROUP = 5

#: It goes well where such a part of those asked has shared; until then it is too early for so long.
_GOES_WELL, _TO_DECIDE = 1 / 3, timedelta(days=3)

CLICK_CLASSES = ("human", "bot", "duplicate")
STAGES = ("applied", "interview", "hired", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """A campaign with what may be shown of it.

    ``asked_first`` are how many people have a question and no text yet, by network and reason. ``objections`` are the reasons for which drafts were declined, once enough people gave one.
    ``declined`` (posts) is None while fewer than `SMALL_GROUP` people declined; they are part of
    ``undecided`` then, whose exact number reveals nothing. ``detailed``: enough people shared for
    clicks and reach to belong to no single person. ``counted``: enough people got a text for the counts of
    what became of them to reveal no single decision; without it, no count of posts may be read.
    ``elsewhere`` are the other campaigns whose posts brought applicants for this vacancy, as far as
    enough people shared there.
    """

    campaign: Campaign
    figures: CampaignFigures
    asked_first: Mapping[tuple[str, str], int] = field(default_factory=dict)
    objections: Sequence[str] = ()
    elsewhere: Collection[str] = frozenset()

    @property
    def address(self) -> str:
        """The campaign's page."""
        if self.campaign.kind == "vacancy":
            return f"/vacancies/{self.campaign.id}"
        return f"/stories/{self.campaign.id}/campaign"

    @property
    def audience_address(self) -> str:
        """The page that lists its audience."""
        return f"/{self._home}/{self.campaign.id}/audience"

    @property
    def passages_address(self) -> str:
        """The page that says what its posts are made of."""
        return f"/{self._home}/{self.campaign.id}/passages"

    @property
    def _home(self) -> str:
        return "vacancies" if self.campaign.kind == "vacancy" else "stories"

    @property
    def counted(self) -> bool:
        return self.figures.offered >= SMALL_GROUP

    @property
    def published(self) -> int | None:
        """None where it may not be shown."""
        return self.figures.published if self.counted else None

    @property
    def texts(self) -> int:
        """Drafts that were written: one a person and network."""
        return sum(self.figures.posts.values())

    @property
    def shared(self) -> int:
        """Shared by hand, which cannot be checked."""
        return self._count(PostState.SHARED)

    @property
    def under_way(self) -> int:
        return self._count(PostState.APPROVED, PostState.PUBLISHING)

    @property
    def trouble(self) -> int:
        return self._count(PostState.FAILED, PostState.UNKNOWN)

    def going(self, now: datetime) -> Literal["", "well", "early", "badly"]:
        """How it goes with those asked first: by how many of them shared, which everybody can see, and
        never by who declined; empty where that may not be shown."""
        if not self.counted:
            return ""
        states = (PostState.PUBLISHED, PostState.SHARED)
        shared = sum(self.figures.people.get(state.value, 0) for state in states)
        if shared >= self.figures.audience * _GOES_WELL:
            return "well"
        return "early" if now - self.campaign.started_at < _TO_DECIDE else "badly"

    @property
    def declined(self) -> int | None:
        if self.figures.people.get(PostState.DECLINED.value, 0) < SMALL_GROUP:
            return None
        return self._count(PostState.DECLINED)

    @property
    def undecided(self) -> int:
        """Waiting or cancelled; and declined, while that is a small group."""
        hidden = self._count(PostState.DECLINED) if self.declined is None else 0
        return self._count(PostState.READY, PostState.CANCELLED) + hidden

    @property
    def by_state(self) -> Mapping[str, int]:
        """Posts by state, ``undecided`` in place of those that would tell who declined; none where
        they may not be shown."""
        if not self.counted:
            return {}
        apart = {PostState.READY.value, PostState.CANCELLED.value, PostState.DECLINED.value}
        if self.declined is not None:
            return self.figures.posts
        known = {state: n for state, n in self.figures.posts.items() if state not in apart}
        return known | {"undecided": self.undecided}

    @property
    def detailed(self) -> bool:
        return self.figures.people.get(PostState.PUBLISHED.value, 0) >= SMALL_GROUP

    @property
    def clicks(self) -> Mapping[str, int]:
        """By class; none where they may not be shown."""
        if not self.detailed:
            return {}
        return {each: self.figures.clicks.get(each, 0) for each in CLICK_CLASSES}

    @property
    def excluded(self) -> Sequence[tuple[str, int]]:
        """Reasons for which clicks are excluded, and how many, most first; none where they may not be shown."""
        return self.figures.excluded.most_common() if self.detailed else ()

    @property
    def stages(self) -> Sequence[str]:
        """The stages of which anything may be shown, in an applicant's order."""
        known = {*self.figures.applicants}.union(*self.brought.values())
        return [stage for stage in STAGES if stage in known]

    @property
    def brought(self) -> Mapping[str, Counter[str]]:
        """Applicants by touch and stage; none where they may not be shown."""
        return self.figures.brought if self.detailed else {}

    @property
    def unattributed(self) -> Counter[str]:
        """Applicants for this vacancy by stage whose posts of origin are unknown; none
        where they may not be shown.

        Those who came by the posts of a few people elsewhere are among them: the difference would be
        theirs.
        """
        counts: Counter[str] = Counter()
        known = {self.campaign.id, *self.elsewhere}
        for stage, came_by in self.figures.came_by.items() if self.detailed else ():
            counts[stage] = sum(people for by, people in came_by.items() if by not in known)
        return counts

    @property
    def reach(self) -> Mapping[str, ReachFigure]:
        """By tag."""
        return self._large_enough(self.figures.reach)

    @property
    def impressions(self) -> Mapping[str, ReachFigure]:
        """By tag."""
        return self._large_enough(self.figures.impressions)

    @property
    def hides_reach(self) -> bool:
        return not self.detailed or len(self.reach) < len(self.figures.reach)

    @property
    def unknown_reach(self) -> int:
        """Published posts of unknown reach; 0 where it may not be shown."""
        return self.figures.unknown_reach if self.detailed else 0

    def _large_enough(self, by_tag: Mapping[str, ReachFigure]) -> dict[str, ReachFigure]:
        """Where five people's posts were measured and one person's estimated, the estimate is that
        person's own."""
        if not self.detailed:
            return {}
        return {tag: each for tag, each in sorted(by_tag.items()) if each.people >= SMALL_GROUP}

    def _count(self, *states: PostState) -> int:
        return sum(self.figures.posts.get(state.value, 0) for state in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTotals:
    """Sums of what is shown of each campaign, and of nothing else, so that subtraction reveals nothing.

    ``clicks`` by class and ``reach`` by tag; both empty where nothing is shown. ``left_out`` is the
    number of campaigns of which neither is in the sums, ``partly`` of those with a reach that is not.
    ``hidden`` campaigns have not even their posts in the sums. Those count as left out whether or
    not anybody shared, which is what they hide.
    """

    published: int
    clicks: Mapping[str, int]
    reach: Mapping[str, int]
    unknown_reach: int
    left_out: int
    hidden: int
    partly: int


def totals_of(campaigns_shown: Sequence[PublicFigures]) -> PublicTotals:
    clicks: Counter[str] = Counter()
    reach: Counter[str] = Counter()
    hidden = sum(shown.figures.offered > 0 and not shown.counted for shown in campaigns_shown)
    for shown in campaigns_shown:
        clicks.update(shown.clicks)
        reach.update({tag: figure.value for tag, figure in shown.reach.items()})
    return PublicTotals(
        published=sum(shown.published or 0 for shown in campaigns_shown),
        clicks=clicks,
        reach=reach,
        unknown_reach=sum(shown.unknown_reach for shown in campaigns_shown),
        left_out=hidden
        + sum(bool(shown.published) and not shown.detailed for shown in campaigns_shown),
        hidden=hidden,
        partly=sum(shown.detailed and shown.hides_reach for shown in campaigns_shown),
    )


async def read_recent(
    transaction: Transaction, *, kind: str | None = None, limit: int = 50
) -> list[PublicFigures]:
    """Campaigns, newest first, with their figures."""
    return await read_of(transaction, await campaigns.recent(transaction, kind=kind, limit=limit))


async def read_of(transaction: Transaction, found: Sequence[Campaign]) -> list[PublicFigures]:
    """These campaigns, with their figures."""
    figures = await campaign_figures.of_campaigns(transaction, [one.id for one in found])
    large = await _large(transaction, figures)
    return [PublicFigures(campaign=one, figures=figures[one.id], elsewhere=large) for one in found]


async def _large(
    transaction: Transaction, figures: Mapping[str, CampaignFigures]
) -> frozenset[str]:
    """Of the campaigns whose posts brought applicants, those in which enough people shared."""
    came_by = (by for each in figures.values() for by in each.came_by.values())
    named = {by for stage in came_by for by in stage if by}
    sharers = {
        by: figures[by].people.get(PostState.PUBLISHED.value, 0) for by in named & {*figures}
    }
    if others := named - {*figures}:
        sharers |= await campaign_figures.sharers(transaction, others)
    return frozenset(by for by, people in sharers.items() if people >= SMALL_GROUP)


async def read_one(
    transaction: Transaction, campaign_id: str, *, kind: str
) -> PublicFigures | None:
    """One campaign of this kind, with the reasons why some are asked first, or declined."""
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != kind:
        return None
    figures = await campaign_figures.of_campaigns(transaction, [campaign_id])
    objections = await campaign_figures.objections(transaction, campaign_id)
    return PublicFigures(
        campaign=campaign,
        figures=figures[campaign_id],
        asked_first=await posts.asked_first(transaction, campaign_id),
        objections=objections.reasons if objections.people >= SMALL_GROUP else (),
        elsewhere=await _large(transaction, figures),
    )
