"""The ambassador decides; every change is written down, and the impossible is refused."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.accounts.store import charges, connections
from services.campaigns.store import campaigns
from services.database import outbox
from services.errors import NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.message import said
from services.post import Post, PostState, text_sha256
from services.posts import decide
from services.posts.cancel_posts import finish
from services.posts.claim_posts import LEASE
from services.posts.own_post import own_post
from services.price import X_PRICES
from tests.migrated import open_migrated
from tests.scripted_network import Lost
from tests.unit.conftest import Desk

T = TypeVar("T")
PRICES = {"linkedin": X_PRICES}


async def act(desk: Desk, what: str, post: Post, **more: Any) -> Post:
    async with desk.database.write() as transaction:
        if what == "settle":
            more = {"prices": PRICES, **more}
        who = more.pop("who", post.ambassador_id)
        if what == "approve":
            own = await own_post(transaction, post.id, who)
            return await decide.approve(transaction, own, now=desk.now, **more)
        decided: Post = await getattr(decide, what)(
            transaction, post_id=post.id, ambassador_id=who, now=desk.now, **more
        )
        return decided


async def test_an_approval_is_bound_to_the_very_text(desk: Desk) -> None:
    """What was approved is what is stored, and its hash is in the event and the audit."""
    (draft,) = await desk.prepare()
    approved = await act(desk, "approve", draft, text="  In my own words.\r\n\r\nI work at D.  ")
    assert approved.text == "In my own words.\n\nI work at D."
    assert approved.original_text == draft.text
    async with desk.database.read() as transaction:
        (row,) = await outbox.oldest(transaction, 9)
    assert json.loads(row.event)["data"]["text_sha256"] == text_sha256(approved.text)
    await desk.work()
    assert desk.network.posts[0][1] == approved.text


async def test_a_draft_can_be_edited_until_it_is_decided(desk: Desk) -> None:
    """Edits are kept and noted; the same text again is no edit; a decided post cannot be edited."""
    (draft,) = await desk.prepare()
    assert (await act(desk, "edit", draft, text="Mine.")).text == "Mine."
    await act(desk, "edit", draft, text="Mine.")
    assert await desk.actions(draft.id) == ["post.edited"]
    await act(desk, "approve", draft, text="Mine. I work at D.")
    with pytest.raises(Rejected, match="decided already"):
        await act(desk, "edit", draft, text="Too late.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the text is empty"),
        (" \n\t ", "the text is empty"),
        ("x" * 3001, "the text is 1 characters too long for linkedin"),
        ("a\x00b", "control characters"),
        ("a\ud800b", "control characters"),
        ("a\ufeffb", "a character that linkedin refuses"),
    ],
)
@pytest.mark.parametrize("what", ["edit", "approve"])
async def test_a_text_that_cannot_appear_is_refused(
    desk: Desk, what: str, text: str, sentence: str
) -> None:
    """The sentence says what is wrong with it, and nothing is stored."""
    (draft,) = await desk.prepare()
    with pytest.raises(Rejected, match=sentence):
        await act(desk, what, draft, text=text)
    assert (await desk.post(draft)).text == draft.text
    assert await desk.events() == []


async def test_a_person_cannot_decide_for_another(desk: Desk) -> None:
    """Somebody else's draft does not exist, for any request."""
    drafts = await desk.prepare(people=2)
    for what, more in (
        ("approve", {"text": "x"}),
        ("edit", {"text": "x"}),
        ("decline", {"reason": ""}),
        ("take_back", {}),
        ("settle", {"there": True}),
    ):
        with pytest.raises(Rejected, match="no such draft of yours"):
            await act(desk, what, drafts[0], who=drafts[1].ambassador_id, **more)


async def test_approving_needs_a_connection(desk: Desk) -> None:
    """Without a connected account the person reads how to share all the same."""
    (draft,) = await desk.prepare()
    async with desk.database.write() as transaction:
        await connections.remove(transaction, draft.ambassador_id, "linkedin")
    with pytest.raises(NeedsPerson, match="not connected") as caught:
        await act(desk, "approve", draft, text=draft.text)
    assert "share it yourself" in str(caught.value.remedy)


@pytest.mark.parametrize("text", ["Mine.", "I do not work at D.", "D. is great."])
async def test_without_the_employer_nothing_is_approved(desk: Desk, text: str) -> None:
    """A text that does not say whom its author works for is refused with a way to mend it."""
    (draft,) = await desk.prepare()
    with pytest.raises(Rejected, match="whom you work for") as refusal:
        await act(desk, "approve", draft, text=text)
    assert "own words" in str(refusal.value.remedy)
    assert await desk.state(draft) is PostState.READY
    assert await desk.events() == []


async def test_a_decline_event_leaves_out_the_person(desk: Desk) -> None:
    """The reason reaches the story's owner, cut and clean, and no one learns whose it was."""
    (draft,) = await desk.prepare()
    reason = " Not\x00 true\x1b.\nSee page 3 \U0001f468\u200d\U0001f469. " + "x" * 2000
    declined = await act(desk, "decline", draft, reason=reason)
    assert declined.state is PostState.DECLINED
    async with desk.database.read() as transaction:
        (row,) = await outbox.oldest(transaction, 9)
    told = json.loads(row.event)["data"]["reason"]
    assert told.startswith("Not true.\nSee page 3 \U0001f468\u200d\U0001f469. xxx")
    assert len(told) == 1000
    assert draft.ambassador_id not in row.event


async def test_an_unknown_post_is_settled_by_looking(desk: Desk) -> None:
    """Who looked says whether it is there; only then can it be approved again."""
    drafts = await desk.prepare(people=2)
    await desk.approve(*drafts)
    desk.network.publishing = [Lost(said("lost")), OutcomeUnknown(said("lost"))]
    desk.network.reconciling = [Rejected(said("cannot look"))] * 2
    await desk.work()
    for draft in drafts:
        with pytest.raises(Rejected, match="nobody knows yet"):
            await act(desk, "approve", draft, text=draft.text)
    there = next(post for post in drafts if post.text == desk.network.posts[0][1])
    absent = next(post for post in drafts if post is not there)
    assert (await act(desk, "settle", there, there=True)).state is PostState.PUBLISHED
    assert (await act(desk, "settle", absent, there=False)).state is PostState.FAILED
    async with desk.database.read() as transaction:
        (charge,) = await charges.of_networks(transaction, ["linkedin"])
    assert charge.each == X_PRICES.charge(there.text)  # as for any other that is there
    for draft in drafts:
        with pytest.raises(Rejected, match="is known"):
            await act(desk, "settle", draft, there=True)
    await act(desk, "approve", absent, text=absent.text)
    await desk.work()
    assert sorted(text for _, text in desk.network.posts) == sorted(p.text for p in drafts)
    assert (await desk.events())[-5:] == [
        "post.published",
        "post.failed",
        "post.approved",
        "post.publishing",
        "post.published",
    ]


@pytest.mark.parametrize("before", ["declined", "failed", "ready", "approved"])
async def test_a_campaign_that_ended_takes_nothing_any_more(desk: Desk, before: str) -> None:
    """Neither taking back nor approving again brings a post of an ended campaign to the network."""
    (draft,) = await desk.prepare()
    if before == "declined":
        await act(desk, "decline", draft, reason="")
    elif before != "ready":
        await desk.approve(draft)
        if before == "failed":
            desk.network.publishing = [Rejected(said("no"))]
            await desk.work()
    async with desk.database.write() as transaction:
        campaign = await campaigns.of_post(transaction, draft.id)
        assert campaign is not None
        await finish(transaction, [(campaign, "")], now=desk.now)
    for what, more in (("take_back", {}), ("approve", {"text": "x"})):
        with pytest.raises(Rejected):
            await act(desk, what, draft, **more)
    await desk.work()
    assert desk.network.posts == []


async def test_two_decisions_at_once_are_one(desk: Desk) -> None:
    """Of two taps on two devices one counts and the other is refused with the reason."""
    (draft,) = await desk.prepare()
    answers = await asyncio.gather(
        act(desk, "approve", draft, text=draft.text),
        act(desk, "decline", draft, reason=""),
        act(desk, "approve", draft, text="Another."),
        return_exceptions=True,
    )
    assert [isinstance(each, Rejected) for each in answers].count(False) == 1
    assert len(await desk.events()) == 1


# --- every order of decisions and outcomes ------------------------------------------------------

READY, APPROVED, PUBLISHING = PostState.READY, PostState.APPROVED, PostState.PUBLISHING
PUBLISHED, FAILED, UNKNOWN = PostState.PUBLISHED, PostState.FAILED, PostState.UNKNOWN
DECLINED, CANCELLED = PostState.DECLINED, PostState.CANCELLED


class Life(RuleBasedStateMachine):
    """One post under every order of decisions and outcomes, beside a model of its state."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = self.run(self._desk())
        (self.draft,) = self.run(self.desk.prepare())
        self.state = READY
        self.open = True
        self.changes: list[str] = []
        self.events: list[str] = []
        self.sent = 0

    async def _desk(self) -> Desk:
        return Desk(await open_migrated(Path(self.folder.name) / "zwaan.db"))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.desk.database.close())
        self.desk.calls.shutdown()
        self.loop.close()
        self.folder.cleanup()

    def attempt(self, allowed: bool, what: str, **more: Any) -> bool:
        """Act; the model says whether it is allowed."""
        self.desk.now += timedelta(seconds=1)
        try:
            self.run(act(self.desk, what, self.draft, **more))
        except Rejected:
            assert not allowed, f"{what} refused in {self.state}"
            return False
        assert allowed, f"{what} allowed in {self.state}"
        return True

    @rule(text=st.sampled_from(["Mine. I work at D.", "I work at D., too."]))
    def approve(self, text: str) -> None:
        if self.attempt(self.open and self.state in (READY, FAILED), "approve", text=text):
            self.state = APPROVED
            self.changes.append("post.approved")
            self.events.append("post.approved")

    @rule()
    def decline(self) -> None:
        if self.attempt(self.state is READY, "decline", reason="no"):
            self.state = DECLINED
            self.changes.append("post.declined")
            self.events.append("post.declined")

    @rule()
    def take_back(self) -> None:
        if self.attempt(self.open and self.state in (APPROVED, DECLINED), "take_back"):
            self.state = READY
            self.changes.append("post.taken_back")
            self.events.append("post.taken_back")

    @rule(there=st.booleans())
    def settle(self, *, there: bool) -> None:
        if self.attempt(self.state is UNKNOWN, "settle", there=there):
            self.state = PUBLISHED if there else FAILED
            self.changes.append("post.settled")
            self.events.append("post.published" if there else "post.failed")

    @rule()
    def close(self) -> None:
        async def work() -> None:
            async with self.desk.database.write() as transaction:
                campaign = await campaigns.of_post(transaction, self.draft.id)
                assert campaign is not None
                if campaign.state == "open":
                    await finish(transaction, [(campaign, "")], now=self.desk.now)

        self.run(work())
        self.open = False
        if self.state in (READY, APPROVED):
            self.state = CANCELLED
            self.changes.append("post.cancelled")
            self.events.append("post.cancelled")

    @rule(outcome=st.sampled_from(["published", "later", "refused", "lost", "not sent", "unclear"]))
    def publish(self, outcome: str) -> None:
        network = self.desk.network
        network.publishing = [
            {
                "published": None,
                "later": RetryLater(said("later"), after=0),
                "refused": Rejected(said("no")),
                "lost": Lost(said("lost")),
                "not sent": OutcomeUnknown(said("lost")),
                "unclear": OutcomeUnknown(said("lost")),
            }[outcome]
        ]
        network.reconciling = [Rejected(said("cannot look"))] if outcome == "unclear" else []
        self.desk.now += LEASE + timedelta(seconds=1)
        self.run(self.desk.work())
        if self.state is not APPROVED:
            network.publishing = []
            return
        self.state = {
            "published": PUBLISHED,
            "later": APPROVED,
            "refused": FAILED,
            "lost": PUBLISHED,
            "not sent": APPROVED,
            "unclear": UNKNOWN,
        }[outcome]
        self.changes += ["post.publishing", f"post.{self.state}"]
        after = "postponed" if self.state is APPROVED else self.state
        self.events += ["post.publishing", f"post.{after}"]
        self.sent += outcome in ("published", "lost")

    @invariant()
    def the_store_agrees(self) -> None:
        assert self.run(self.desk.state(self.draft)) is self.state
        assert self.run(self.desk.actions(self.draft.id)) == self.changes
        posted = [topic for topic in self.run(self.desk.events()) if topic.startswith("post.")]
        assert posted == self.events
        assert len(self.desk.network.posts) == self.sent <= 1


Life.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class TestLife(Life.TestCase):  # type: ignore[misc]
    """In any order the store follows the model, and a post is on the network once at most."""
