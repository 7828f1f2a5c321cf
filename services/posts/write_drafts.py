"""Write each ambassador who is asked a draft for every connected network.

Where a source has no text left, the draft has none, and the question that makes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from services.accounts.store import connections
from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.engine import take_turns
from services.database.transaction import Behind, Transaction
from services.events.outgoing import Asked, PostReady, ShareRequested
from services.events.statement import Fact, Statement, stated
from services.identity import derive_id, link_code
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import Post, PostState
from services.posts import deal
from services.posts.store import posts
from services.posts.store.posts import NewPost
from services.voice import Dealt, Draft, DraftRequest
from services.voice.current_templates import CurrentTemplates
from services.voice.voice_profile import taught

#: For somebody who connected nothing that we have texts for, or else the first that is offered: the
#: draft can be copied and shared by hand.
_UNCONNECTED = "linkedin"


class DraftWriter:
    """Writes drafts; keeps what was dealt of the latest sources in memory between batches.

    ``short_link`` turns a link code into the address in the text.
    """

    def __init__(self, templates: CurrentTemplates, *, short_link: Callable[[str], str]) -> None:
        self._templates = templates
        self._short_link = short_link
        self._dealt: dict[tuple[str, str], Dealt] = {}

    async def write_drafts(
        self, transaction: Transaction, facts: Sequence[Fact[ShareRequested]], now: datetime
    ) -> list[Statement]:
        """Store a draft for each: a text, or the question alone."""
        statements: list[Statement] = []
        by_campaign: dict[str, list[Asked]] = {}
        for fact in facts:
            by_campaign.setdefault(fact.data.campaign_id, []).extend(fact.data.asked)
        found = [
            campaign
            for campaign_id in sorted(by_campaign)
            if (campaign := await campaigns.get(transaction, campaign_id)) is not None
        ]
        for kind, source_id in sorted((each.kind, each.source_id) for each in found):
            # One worker at a time writes for a source, and knows all that was written before.
            await take_turns(transaction, "drafts", kind, source_id)
        await people.hold(
            transaction, [each.ambassador_id for fact in facts for each in fact.data.asked]
        )
        still_open = [each for each in found if await campaigns.stays_open(transaction, each.id)]
        for campaign in still_open:
            statements += await self._write(transaction, campaign, by_campaign[campaign.id], now)
        return statements

    async def _write(
        self,
        transaction: Transaction,
        campaign: Campaign,
        asked: Sequence[Asked],
        now: datetime,
    ) -> list[Statement]:
        ids = [each.ambassador_id for each in asked]
        everybody = await taught(transaction, await people.ambassadors_by_id(transaction, ids))
        networks = await connections.networks_of(transaction, ids)
        wanted = [
            (post_id(campaign.id, person.id, network), person, network, each.rank)
            for each in asked
            if (person := everybody.get(each.ambassador_id)) is not None
            for network in self._written_for(networks.get(person.id, ()))
        ]
        stored = await posts.existing(transaction, [wish[0] for wish in wanted])
        wanted = [wish for wish in wanted if wish[0] not in stored]
        dealt = await self._dealt_of(transaction, campaign, [wish[0] for wish in wanted])
        cast = await deal.cast(transaction, campaign.content, everybody.values())
        composer = await self._templates.composer(transaction)
        statements: list[Statement] = []
        async with Behind() as storing:
            for start in range(0, len(wanted), _STORED_AT_ONCE):
                drafts: list[NewPost] = []
                for number, (identity, person, network, rank) in enumerate(
                    wanted[start : start + _STORED_AT_ONCE], start=1
                ):
                    code = link_code(identity)
                    draft = composer.compose(
                        DraftRequest(
                            campaign_id=campaign.id,
                            content=campaign.content,
                            ambassador=person,
                            network=network,
                            rank=rank,
                            seed=campaign.seed,
                            link=self._short_link(code),
                            cast=cast,
                        ),
                        dealt,
                    )
                    dealt.add(identity, draft)
                    drafts.append(
                        _new_post(campaign, person, draft, identity=identity, code=code, now=now)
                    )
                    if number % _AT_ONCE == 0:
                        # Pages and clicks may be served by the same loop, and the last ones are stored.
                        await asyncio.sleep(0)
                await storing.begin(posts.add, transaction, drafts)
                statements += [_ready(draft.post) for draft in drafts]
        return statements

    def _written_for(self, connected: Sequence[str]) -> tuple[str, ...]:
        """A connection stays when its network is switched off or its connector is taken away;
        nothing is written for it then."""
        known = self._templates.networks
        if usable := tuple(network for network in connected if network in known):
            return usable
        return (_UNCONNECTED,) if _UNCONNECTED in known else tuple(known)[:1]

    async def _dealt_of(
        self, transaction: Transaction, campaign: Campaign, fresh: Sequence[str]
    ) -> Dealt:
        """All texts about the same story or vacancy.

        Another worker may have written some since. A text that is remembered but not in the database
        was rolled back; then it starts anew.
        """
        source = (campaign.kind, campaign.source_id)
        dealt = self._dealt.pop(source, None)
        if dealt is None or any(identity in dealt for identity in fresh):
            dealt = Dealt()
        kind, source_id = source
        written = await posts.number_of_source(transaction, kind=kind, source_id=source_id)
        if written != len(dealt):
            await deal.fill(dealt, transaction, kind, source_id)
        self._dealt[source] = dealt  # at the end: the latest used
        while len(self._dealt) > _MAX_SOURCES:
            self._dealt.pop(next(iter(self._dealt)))
        return dealt


_MAX_SOURCES = 16
#: So many drafts take about two thousandths of a second.
_AT_ONCE = 40
#: The database takes these while the next are composed.
_STORED_AT_ONCE = 200


def post_id(campaign_id: str, ambassador_id: str, network: str) -> str:
    return derive_id("post", campaign_id, ambassador_id, network)


def _new_post(
    campaign: Campaign,
    person: Ambassador,
    draft: Draft,
    *,
    identity: str,
    code: str,
    now: datetime,
) -> NewPost:
    return NewPost(
        post=Post(
            id=identity,
            campaign_id=campaign.id,
            ambassador_id=person.id,
            network=draft.network,
            language=draft.language,
            text=draft.text,
            state=PostState.READY,
            angle=draft.relation,
            overlap=draft.overlap,
            link_code=code,
            created_at=now,
        ),
        recipe=draft.recipe,
        team=person.team,
    )


def _ready(post: Post) -> Statement:
    return stated(
        PostReady,
        {
            "post_id": post.id,
            "campaign_id": post.campaign_id,
            "ambassador_id": post.ambassador_id,
            "network": post.network,
            "language": post.language,
            "angle": post.angle,
            "overlap": post.overlap,
        },
        at=post.created_at,
        cause=post.id,
    )
