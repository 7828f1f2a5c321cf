"""Publishing with a written intent: at most once, and nothing in doubt is guessed."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.store import charges, connections, network_calls
from services.accounts.store.charges import Charge
from services.campaigns.store import campaigns
from services.database import outbox
from services.database.transaction import Transaction
from services.errors import (
    AccessInDoubt,
    Conflict,
    NeedsNewAccess,
    NeedsPerson,
    OutcomeUnknown,
    Rejected,
    RetryLater,
)
from services.message import said
from services.ports import Tokens
from services.post import Post, PostState
from services.posts import decide
from services.posts.cancel_posts import finish
from services.posts.claim_posts import LEASE
from services.posts.own_post import own_post
from services.posts.publish import MAX_TRIES
from services.posts.store import measuring, publishing
from services.posts.store.publishing import Claim
from services.price import X_PRICES
from tests.builders import ambassador, connection
from tests.scripted_network import Lost
from tests.unit.conftest import STEPS, Desk

AFTER_LEASE = LEASE + timedelta(seconds=1)


async def take_and_die(transaction: Transaction, desk: Desk) -> list[Claim]:
    """What a worker that dies right after writing its intent leaves behind."""
    due = await publishing.due(transaction, now=desk.now, limit=1)
    return await publishing.take(
        transaction, due, worker="dead", now=desk.now, lease=LEASE, limit=1
    )


async def test_an_approved_post_is_published(desk: Desk) -> None:
    """The post is on the network once, with where it is and when it is first measured."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    assert await desk.work() == 1
    post = await desk.post(draft)
    assert (post.state, post.external_id, post.published_at) == (
        PostState.PUBLISHED,
        "e0",
        desk.now,
    )
    assert post.external_url == "https://network.example/0"
    assert [text for _, text in desk.network.posts] == [draft.text]
    assert await desk.events() == ["post.approved", "post.publishing", "post.published"]
    assert await desk.actions(draft.id) == ["post.approved", "post.publishing", "post.published"]
    assert await desk.work() == 0


async def test_nothing_unapproved_is_published(desk: Desk) -> None:
    """A draft waits for a tap, however often the publisher looks."""
    (draft,) = await desk.prepare()
    assert await desk.work() == 0
    assert await desk.state(draft) is PostState.READY
    assert desk.network.calls == []


async def test_later_means_later(desk: Desk) -> None:
    """When the network asks for patience the post waits as long, and then goes out."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [RetryLater(said("slow down"), after=30), RetryLater(said("away"))]
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.reason)) == (PostState.APPROVED, "slow down")
    assert post.publish_at is not None
    assert timedelta(seconds=30) <= post.publish_at - desk.now <= timedelta(seconds=33)
    assert await desk.work() == 0
    desk.now = post.publish_at
    await desk.work()
    publish_at = (await desk.post(draft)).publish_at
    assert publish_at is not None
    assert timedelta(seconds=2) <= publish_at - desk.now <= timedelta(seconds=4)
    desk.now = publish_at
    await desk.work()
    assert str((await desk.post(draft)).reason) == ""
    assert len(desk.network.posts) == 1


async def test_patience_ends_and_begins_anew_with_an_approval(desk: Desk) -> None:
    """After some tries the post fails with the reason; approved again it is tried as often."""
    (draft,) = await desk.prepare()
    for _ in range(2):
        await desk.approve(draft)
        desk.network.publishing = [RetryLater(said("slow down"), after=1)] * MAX_TRIES
        for _ in range(MAX_TRIES):
            assert await desk.state(draft) is PostState.APPROVED
            await desk.work()
            desk.now += timedelta(seconds=2)
        post = await desk.post(draft)
        assert (post.state, str(post.remedy)) == (PostState.FAILED, "Approve it again.")
        assert str(post.reason) == f"given up after {MAX_TRIES} tries: slow down"
    async with desk.database.read() as transaction:
        rows = await outbox.oldest(transaction, 100)
    failures = [row.event for row in rows if row.topic == "post.failed"]
    assert len(set(failures)) == 2, "two failures are two facts"
    await desk.approve(draft)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED


async def test_a_day_s_limit_uses_up_no_tries(desk: Desk) -> None:
    """A post that waits for days goes out when the network takes it."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [RetryLater(said("the day's limit"), after=72_000)] * (MAX_TRIES + 2)
    for _ in range(MAX_TRIES + 3):
        assert await desk.state(draft) is PostState.APPROVED
        await desk.work()
        desk.now += timedelta(hours=21)
    assert await desk.state(draft) is PostState.PUBLISHED


@pytest.mark.parametrize("error", [Rejected, NeedsPerson])
async def test_a_refusal_is_final_and_says_what_to_do(desk: Desk, error: Any) -> None:
    """The post fails with the network's reason and remedy, and is not tried again."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [error(said("a duplicate"), remedy=said("Change a word."))] * 2
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.reason), str(post.remedy)) == (
        PostState.FAILED,
        "a duplicate",
        "Change a word.",
    )
    assert await desk.events() == ["post.approved", "post.publishing", "post.failed"]
    desk.now += timedelta(days=1)
    assert await desk.work() == 0


async def test_a_networks_words_are_cut_and_cleaned(desk: Desk) -> None:
    """An error page of a network as a reason does not keep the outcome from being recorded."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [Rejected(said("<html>\x00" + "x" * 100_000))]
    await desk.work()
    post = await desk.post(draft)
    assert post.state is PostState.FAILED
    assert str(post.reason) == "<html>\\x00" + "x" * 990


async def test_a_token_that_died_early_is_refreshed_once(desk: Desk) -> None:
    """After a refusal of the token one refresh is tried, and the new pair is stored."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [NeedsNewAccess(said("the token is invalid"))]
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["publish", "refresh", "publish"]
    async with desk.database.read() as transaction:
        stored = await connections.get(transaction, draft.ambassador_id, "linkedin")
    assert stored is not None
    assert desk.vault.open(stored.tokens).refresh == "r1"


async def test_a_refused_refresh_fails_the_post_and_mails_the_person(desk: Desk) -> None:
    """The connection then says what the person has to do."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [NeedsNewAccess(said("the token is invalid"))]
    desk.network.refreshing = [
        NeedsPerson(said("consent was withdrawn"), remedy=said("Connect it again."))
    ]
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.remedy)) == (PostState.FAILED, "Connect it again.")
    async with desk.database.read() as transaction:
        stored = await connections.get(transaction, draft.ambassador_id, "linkedin")
    assert stored is not None
    assert str(stored.needs_person) == "consent was withdrawn"


async def test_a_dead_token_without_renewal_is_shown_until_it_works(desk: Desk) -> None:
    """Its person gets a mail before the next post fails too; it is tried all the same, since it may
    have been a blip, and a post that goes out ends what was said."""
    drafts = await desk.prepare(stories=2)
    for draft in drafts:
        await _without_refresh(desk, draft)
    desk.network.publishing = [
        NeedsNewAccess(said("it was revoked"), remedy=said("Connect it again."))
    ]
    await desk.approve(drafts[0])
    await desk.work()
    assert str((await desk.post(drafts[0])).remedy) == "Connect it again."
    assert await _said(desk, drafts[0]) == "it was revoked"
    await desk.approve(drafts[1])
    await desk.work()
    assert await desk.state(drafts[1]) is PostState.PUBLISHED
    assert await _said(desk, drafts[1]) == ""
    assert "refresh" not in desk.network.calls


async def test_an_access_in_doubt_ends_no_post(desk: Desk) -> None:
    """A 401 that does not say that the access ended: where nothing can be renewed the post goes out
    later, and its person gets no mail; the network was there all the time."""
    (draft,) = await desk.prepare()
    await _without_refresh(desk, draft)
    desk.network.publishing = [AccessInDoubt(said("not accepted this time"))]
    await desk.approve(draft)
    await desk.work()
    assert await desk.state(draft) is PostState.APPROVED
    assert await _said(desk, draft) == ""
    async with desk.database.read() as transaction:
        assert await network_calls.all_circuits(transaction) == []
    desk.now += timedelta(seconds=5)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["publish", "publish"]


async def test_an_access_in_doubt_is_renewed_once(desk: Desk) -> None:
    """Where it can be; refused with the new access, too, the post goes out later."""
    (draft,) = await desk.prepare()
    desk.network.publishing = [AccessInDoubt(said("not accepted this time"))] * 2
    await desk.approve(draft)
    await desk.work()
    assert desk.network.calls == ["publish", "refresh", "publish"]
    assert await desk.state(draft) is PostState.APPROVED
    desk.now += timedelta(seconds=5)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED


async def test_an_access_in_doubt_is_not_tried_for_ever(desk: Desk) -> None:
    """After some tries the post fails, and says no more than is known."""
    (draft,) = await desk.prepare()
    await _without_refresh(desk, draft)
    desk.network.publishing = [AccessInDoubt(said("it was not accepted"))] * MAX_TRIES
    await desk.approve(draft)
    for _ in range(MAX_TRIES):
        await desk.work()
        desk.now += timedelta(minutes=16)
    post = await desk.post(draft)
    assert post.state is PostState.FAILED
    assert str(post.reason) == f"given up after {MAX_TRIES} tries: it was not accepted"
    assert str(post.remedy) == "Connect it again, and approve the post again."


async def test_no_access_is_spent_on_what_it_does_not_help(desk: Desk) -> None:
    """Credits that are used up, or a permission that is missing, are no reason to renew."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [
        NeedsPerson(said("the credits are used up"), remedy=said("Add some."))
    ]
    await desk.work()
    assert await desk.state(draft) is PostState.FAILED
    assert desk.network.calls == ["publish"]
    assert await _said(desk, draft) == ""


async def _without_refresh(desk: Desk, draft: Post) -> None:
    sealed = desk.vault.seal(Tokens(access="a0"))
    person = ambassador(1)
    assert person.id == draft.ambassador_id
    async with desk.database.write() as transaction:
        await connections.save(transaction, connection(person, tokens=sealed))


async def _said(desk: Desk, draft: Post) -> str:
    async with desk.database.read() as transaction:
        stored = await connections.get(transaction, draft.ambassador_id, "linkedin")
    assert stored is not None
    return str(stored.needs_person)


async def test_a_token_about_to_expire_is_refreshed_before_it_is_used(desk: Desk) -> None:
    """The network never sees a token that would run out under way."""
    (draft,) = await desk.prepare(expires_at=desk.now + timedelta(minutes=1))
    await desk.approve(draft)
    await desk.work()
    assert desk.network.calls == ["refresh", "publish"]


async def test_a_post_of_a_disconnected_person_fails_with_a_remedy(desk: Desk) -> None:
    """It does not wait for ever, unseen."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    async with desk.database.write() as transaction:
        await connections.remove(transaction, draft.ambassador_id, "linkedin")
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.remedy)) == (PostState.FAILED, "Connect it again.")


async def test_a_lost_reply_is_looked_up_and_found(desk: Desk) -> None:
    """The post arrived and its reply did not: it is published, and not sent again."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [Lost(said("no answer"))]
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["publish", "reconcile"]
    assert len(desk.network.posts) == 1


async def test_a_lost_call_is_looked_up_and_made_again(desk: Desk) -> None:
    """The network shows that nothing arrived: only then the post is sent again."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [OutcomeUnknown(said("no answer"))]
    await desk.work()
    assert await desk.state(draft) is PostState.APPROVED
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["publish", "reconcile", "publish"]
    assert len(desk.network.posts) == 1


async def test_an_unknown_outcome_is_left_to_a_person(desk: Desk) -> None:
    """After looking several times the post is unknown; it is never sent blindly."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [Lost(said("no answer"))]
    desk.network.reconciling = [
        OutcomeUnknown(said("cannot tell")),
        RetryLater(said("away")),
    ] * MAX_TRIES
    for _ in range(MAX_TRIES):
        await desk.work()
        desk.now += timedelta(hours=1)
    post = await desk.post(draft)
    assert post.state is PostState.UNKNOWN
    assert "Look whether the post is there" in str(post.remedy)
    assert desk.network.calls.count("publish") == 1
    assert desk.network.calls.count("reconcile") == MAX_TRIES
    assert await desk.events() == ["post.approved", "post.publishing", "post.unknown"]
    assert await desk.work() == 0


async def test_a_lookup_without_access_is_made_again(desk: Desk) -> None:
    """A token that is refused for a moment does not leave a person to guess."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [Lost(said("no answer"))]
    desk.network.reconciling = [NeedsNewAccess(said("the token is invalid"))] * 2
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHING
    desk.now += timedelta(hours=1)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert len(desk.network.posts) == 1


@pytest.mark.parametrize("error", [Rejected, ZeroDivisionError])
async def test_a_lookup_that_is_refused_leaves_it_unknown(desk: Desk, error: Any) -> None:
    """Without a way to look, a person is asked at once."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [Lost(said("no answer"))]
    desk.network.reconciling = [error(said("refused"))]
    await desk.work()
    assert await desk.state(draft) is PostState.UNKNOWN


async def test_a_defect_in_a_connector_is_not_taken_for_a_refusal(desk: Desk) -> None:
    """An unexpected error may have had its effect: a person looks."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [ZeroDivisionError()]
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.reason)) == (PostState.UNKNOWN, "unexpected ZeroDivisionError")


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_crash_after_the_intent_is_reconciled_not_repeated(
    desk: Desk, *, arrived: bool
) -> None:
    """A worker died between intent and outcome: the next one looks before anything is sent."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    async with desk.database.write() as transaction:
        claims = await take_and_die(transaction, desk)
    assert len(claims) == 1
    if arrived:
        desk.network.posts.append((f"urn:{draft.ambassador_id}", draft.text))
    assert await desk.work() == 0, "the lease still holds"
    desk.now += AFTER_LEASE
    await desk.work()
    assert desk.network.calls[0] == "reconcile"
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert len(desk.network.posts) == 1


async def test_a_post_whose_campaign_ended_meanwhile_is_cancelled(desk: Desk) -> None:
    """A network that says "later" does not bring a post back that was to be cancelled."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)

    desk.network.publishing = [RetryLater(said("slow down"), after=1)]
    publisher = desk.publisher()
    await publisher.claim()
    async with desk.database.write() as transaction:
        campaign = await campaigns.of_post(transaction, draft.id)
        assert campaign is not None
        await finish(transaction, [(campaign, "filled")], now=desk.now)
    await publisher.drain()
    desk.now += timedelta(hours=1)
    assert await desk.work() == 0
    assert await desk.state(draft) is PostState.CANCELLED
    assert desk.network.posts == []


async def test_one_account_is_never_used_twice_at_once(desk: Desk) -> None:
    """Several workers with several posts an account: each account has one call at a time."""
    drafts = await desk.prepare(people=3, stories=4)
    await desk.approve(*drafts)
    workers = [desk.publisher(f"w{number}", concurrency=3) for number in range(3)]

    async def work(worker: Any) -> None:
        for _ in range(200):
            await worker.claim()
            await worker.drain()
            if len(desk.network.posts) == len(drafts):
                return

    await asyncio.wait_for(asyncio.gather(*map(work, workers)), 60)
    assert desk.network.overlapping == set()
    assert sorted(text for _, text in desk.network.posts) == sorted(post.text for post in drafts)
    assert {await desk.state(post) for post in drafts} == {PostState.PUBLISHED}


async def test_a_publisher_takes_no_more_than_it_has_places(desk: Desk) -> None:
    """``concurrency`` bounds what is under way, and says when a place is free."""
    drafts = await desk.prepare(people=5)
    await desk.approve(*drafts)
    publisher = desk.publisher(concurrency=2)
    assert await publisher.claim() == 2
    assert publisher.full
    assert await publisher.claim() == 0
    await asyncio.wait_for(publisher.wait_for_place(), 60)
    assert not publisher.full
    await publisher.drain()


@pytest.mark.parametrize("seed", range(6))
async def test_at_most_one_post_in_every_interleaving(desk: Desk, seed: int) -> None:
    """Lost replies, crashes, late answers and several workers: never two posts for one draft."""
    chance = random.Random(seed)  # noqa: S311 - the same story at every run
    drafts = await desk.prepare(people=2, stories=2)
    await desk.approve(*drafts)
    answers = [
        None,
        Lost(said("lost")),
        OutcomeUnknown(said("lost")),
        RetryLater(said("later"), after=1),
    ]
    for _ in range(40):
        desk.network.publishing = [chance.choice(answers)]
        desk.network.reconciling = [
            chance.choice([None, None, OutcomeUnknown(said("cannot tell"))])
        ]
        if chance.random() < 0.3:
            async with desk.database.write() as transaction:  # a worker that dies after its intent
                claims = await take_and_die(transaction, desk)
            for claim in claims:
                if claim.interrupted_at is None and chance.random() < 0.5:
                    post = next(each for each in drafts if each.id == claim.post_id)
                    desk.network.posts.append((f"urn:{claim.ambassador_id}", post.text))
        await asyncio.gather(*(desk.work(desk.publisher(f"w{n}", concurrency=2)) for n in range(2)))
        desk.now += chance.choice([timedelta(seconds=1), AFTER_LEASE])
    texts = [text for _, text in desk.network.posts]
    assert len(texts) == len(set(texts)), "posted twice"
    for draft in drafts:
        state = await desk.state(draft)
        if state is PostState.PUBLISHED:
            assert draft.text in texts
        else:
            assert state in (PostState.UNKNOWN, PostState.FAILED, PostState.APPROVED), state
    assert desk.network.overlapping == set()


async def test_an_outcome_that_cannot_be_recorded_is_reconciled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away until the lease had ended: the post is found on the network later."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    real = publishing.end

    async def away(*_: Any, **__: Any) -> bool:
        desk.now += AFTER_LEASE
        raise RetryLater(said("the database is away"))

    monkeypatch.setattr(publishing, "end", away)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHING
    monkeypatch.setattr(publishing, "end", real)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert len(desk.network.posts) == 1


@pytest.mark.parametrize(
    "fault", [Conflict(said("in the way")), RetryLater(said("the database is away"))]
)
async def test_an_outcome_is_recorded_as_soon_as_the_database_takes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: RetryLater
) -> None:
    """While the attempt is ours it is tried again, those together that ended together, and no post
    is left to its lease."""
    drafts = await desk.prepare(people=3)
    await desk.approve(*drafts)
    faults, real = [fault] * 4, publishing.end

    async def end(transaction: Transaction, claim: Claim, **how: Any) -> bool:
        if faults:
            raise faults.pop()
        return await real(transaction, claim, **how)

    monkeypatch.setattr(publishing, "end", end)
    await desk.work()
    assert {await desk.state(draft) for draft in drafts} == {PostState.PUBLISHED}
    assert desk.network.calls == ["publish"] * 3
    assert faults == []


async def test_one_wrong_outcome_does_not_keep_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect in one outcome is its own; the others of its batch are written, also when the
    database was away in between."""
    drafts = await desk.prepare(people=3)
    await desk.approve(*drafts)
    faults, real = [RetryLater(said("the database is away"))], publishing.end

    async def end(transaction: Transaction, claim: Claim, **how: Any) -> bool:
        if claim.post_id == drafts[0].id:
            raise ZeroDivisionError
        if claim.post_id == drafts[1].id and faults:
            raise faults.pop()
        return await real(transaction, claim, **how)

    monkeypatch.setattr(publishing, "end", end)
    await desk.work()
    assert [await desk.state(draft) for draft in drafts] == [
        PostState.PUBLISHING,
        PostState.PUBLISHED,
        PostState.PUBLISHED,
    ]


async def test_the_first_measurement_is_planned(desk: Desk) -> None:
    """A published post is measured for the first time at the first step."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    await desk.work()
    async with desk.database.read() as transaction:
        assert await measuring.due(transaction, now=desk.now, limit=9) == []
        due = await measuring.due(transaction, now=desk.now + STEPS[0], limit=9)
    assert [each.id for each in due] == [draft.id]


async def test_what_a_network_charges_is_kept_with_the_post(desk: Desk) -> None:
    """At the price of a text with or without a link; a network without prices charges nothing."""
    with_link, without = await desk.prepare(people=2)
    async with desk.database.write() as transaction:
        await decide.approve(
            transaction,
            await own_post(transaction, without.id, without.ambassador_id),
            text="Zonder adres. Ik werk bij Deltaplan.",
            now=desk.now,
        )
    await desk.approve(with_link)
    async with desk.database.read() as transaction:
        assert await charges.of_networks(transaction, ["linkedin"]) == []
    publisher = desk.publisher(prices={"linkedin": X_PRICES})
    await desk.work(publisher)
    async with desk.database.read() as transaction:
        assert await charges.of_networks(transaction, ["linkedin"]) == [
            Charge(network="linkedin", posts=1, each=200_000),
            Charge(network="linkedin", posts=1, each=15_000),
        ]
        assert await charges.of_networks(transaction, ["x"]) == []
