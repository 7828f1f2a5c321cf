"""An organisation that never rests: two workers, their pages, and people who all act at once.

Everything that changes the state runs in both, on connections of their own, against few people and
campaigns, so that they meet at the same rows all the time.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from psycopg.errors import ForeignKeyViolation

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.campaigns.change_audience import add_to_audience, remove_from_audience
from services.campaigns.start_campaign import launch, widen
from services.campaigns.store import campaigns
from services.database import outbox
from services.database.engine import Database
from services.database.schema import campaigns as _campaigns
from services.database.schema import posts as _posts
from services.errors import Conflict, NeedsPerson, Rejected
from services.events.catalogue import PARTITIONS, read_data
from services.events.cloudevent import parse_event
from services.events.incoming import (
    ApplicationReceived,
    EventData,
    Launch,
    LaunchPlan,
    VacancyClosed,
)
from services.events.outgoing import LinkClicked, PostApproved
from services.events.statement import Delivery, Fact
from services.figures.collect_reach import ReachCollector
from services.figures.store import applications, figures, rebuilt_clicks
from services.figures.store.rebuilt_clicks import Scope
from services.people.store import people
from services.people.store.people import Person
from services.ports import Tokens
from services.post import Post, PostState, text_sha256
from services.posts import choose_pace, decide, share_by_hand
from services.posts.answer_prompt import answer_prompt
from services.posts.cancel_posts import end_story, finish_over
from services.posts.choose_pace import approve_by_standing_consent
from services.posts.claim_posts import PublishingRules
from services.posts.delete_posts import PostDeleter, ask_for_deletion
from services.posts.publish import Publisher
from services.posts.schedule import When, approve
from services.posts.store import posts
from services.posts.store.posts import NewPost
from services.posts.suggest import Suggester
from services.posts.write_drafts import DraftWriter
from services.privacy.edit_person import correct, deactivate, delete, reactivate
from services.privacy.forget import forget_what_is_old
from services.scheduling import Pace
from services.vault import Vault, new_key
from services.voice import voice_profile
from services.voice.current_templates import CurrentTemplates
from streams.logs.topics import partition_of
from streams.process.processor import Processor
from streams.process.processors import processors
from tests.builders import (
    ambassador,
    campaign,
    connection,
    draft,
    event,
    our_templates,
    story,
    vacancy,
)
from tests.scripted_network import ScriptedNetwork

PEOPLE = 16
VAULT = Vault([new_key(), new_key()])
BOSS = "boss"
PACE = Pace(weekly_cap=0, stagger=timedelta())
_BODY = (
    "Drie weken lang klopte de sluisdeur niet. Toen belde een schipper. We rekenden alles opnieuw "
    "na. De deur bleek twee centimeter te breed. Nu sluit hij weer zoals het hoort."
)
_STEPS = (timedelta(), timedelta(milliseconds=200), timedelta(milliseconds=600))

Act = Callable[["Office"], Awaitable[object]]


def clock() -> datetime:
    return datetime.now(UTC)


class Log:
    """What both offices state, by topic. Each reads all of it, and some of it again."""

    def __init__(self) -> None:
        self.facts: dict[str, list[Fact[Any]]] = defaultdict(list)
        self.stated = 0

    def append(self, fact: Fact[Any]) -> None:
        self.facts[fact.event.type].append(fact)
        self.stated += 1


class Office:
    """One process: its database connections, and what runs in it until ``open`` is cleared."""

    def __init__(self, name: str, database: Database, log: Log, accounts: Accounts) -> None:
        self.database, self.log, self.accounts = database, log, accounts
        self.chance = random.Random(name)  # noqa: S311 - who meets whom, not a secret
        self.open = True
        self.done: Counter[str] = Counter()
        self.conflicts: list[str] = []
        pause = timedelta(milliseconds=20)
        self.publisher = Publisher(
            PublishingRules(concurrency=8, first_measure=_STEPS[0], pause=pause),
            database=database,
            accounts=accounts,
            clock=clock,
            worker=name,
            short_link=_link,
        )
        self.deleter = PostDeleter(database=database, accounts=self.accounts, clock=clock)
        self.collector = ReachCollector(
            database=database, accounts=self.accounts, clock=clock, steps=_STEPS
        )
        templates = CurrentTemplates(our_templates())
        self._processors = processors(DraftWriter(templates, short_link=_link))
        self.suggester = Suggester(templates, short_link=_link)

    async def work(self) -> None:
        """Everything at once, until the office closes."""
        async with asyncio.TaskGroup() as tasks:
            for processor in self._processors:
                tasks.create_task(self._process(processor))
            for name, act in ACTS.items():
                tasks.create_task(self._repeat(name, act))

    async def _process(self, processor: Processor) -> None:
        """Batches of what is new and of what the other office may have at this moment."""
        read = 0
        facts = self.log.facts[processor.topic]
        while self.open or read < len(facts):
            batch = facts[read : read + 20]
            batch += self.chance.sample(facts, min(len(facts), 5))
            self.chance.shuffle(batch)
            if await self._did(processor.name, self._handle(processor, batch)):
                read = min(read + 20, len(facts))
            await asyncio.sleep(0.01)

    async def _handle(self, processor: Processor, batch: Sequence[Fact[Any]]) -> None:
        async with self.database.write() as transaction:
            places = {id(each): place for place, each in enumerate(self.log.facts[processor.topic])}
            deliveries = [
                Delivery(
                    fact, partition_of((fact.event.subject or "").encode()), places[id(fact)], True
                )
                for fact in batch
            ]
            taken = await processor.memory.take(
                transaction, processor.name, deliveries, now=clock()
            )
            facts = [delivery.fact for delivery in taken.fresh]
            statements = await processor.handle(transaction, facts, clock())
            await outbox.add(transaction, statements)

    async def _repeat(self, name: str, act: Act) -> None:
        while self.open:
            await self._did(name, act(self))
            await asyncio.sleep(self.chance.random() * (0.02 if name in _OFTEN else 0.2))

    async def _did(self, name: str, work: Awaitable[object]) -> bool:
        """Whether it came to its end; a refusal is one."""
        try:
            await work
        except (Rejected, NeedsPerson) as refusal:
            self.done[f"{name}: {refusal}"] += 1
        except Conflict as conflict:
            self.conflicts.append(f"{name}: {conflict}")
            return False
        except sa.exc.IntegrityError as gone:
            if isinstance(gone.orig, ForeignKeyViolation):
                return False  # somebody was erased meanwhile: who reads anew does without them
            raise
        self.done[name] += 1
        return True

    def state(self, data: EventData) -> None:
        """As another system does."""
        self.log.append(Fact(event=event(data, f"e-{self.log.stated}"), data=data))

    def somebody(self) -> str:
        return ambassador(self.chance.randint(1, PEOPLE)).id

    async def some_post(self, *states: PostState) -> Post | None:
        query = sa.select(_posts.c.id).where(_posts.c.state.in_([state.value for state in states]))
        async with self.database.read() as transaction:
            found = list(await transaction.scalars(query.limit(300)))
            return await posts.get(transaction, self.chance.choice(found)) if found else None

    async def some_campaign(self, kind: str, *states: str) -> str | None:
        query = (
            sa.select(_campaigns.c.id)
            .where(_campaigns.c.kind == kind, _campaigns.c.state.in_(states))
            .order_by(_campaigns.c.started_at)
        )
        async with self.database.read() as transaction:
            found = list(await transaction.scalars(query.limit(6)))
        return self.chance.choice(found) if found else None


def _sealed() -> bytes:
    return VAULT.seal(Tokens(access="a0", refresh="r0"))


def _link(code: str) -> str:
    return f"https://go.example.org/r/{code}"


async def open_offices(
    databases: Sequence[Database], network: ScriptedNetwork, calls: Executor
) -> list[Office]:
    """Two workers of one organisation, whose people are connected."""
    log = Log()
    offices = []
    for number, database in enumerate(databases):
        accounts = Accounts(
            database=database,
            networks={"linkedin": network},
            vault=VAULT,
            calls=calls,
            clock=clock,
        )
        offices.append(Office(f"w{number}", database, log, accounts))
    boss = Person(
        id=BOSS, email="boss@example.org", name="B", language="nl", roles=frozenset({"marketing"})
    )
    async with databases[0].write() as transaction:
        await people.save_person(transaction, boss, now=clock())
        everybody = [ambassador(number) for number in range(1, PEOPLE + 1)]
        await people.save_ambassadors(transaction, everybody, now=clock())
        for person in everybody:
            held = connection(person, tokens=_sealed(), expires_at=None)
            await connections.save(transaction, held)
    return offices


# --- what is done, again and again --------------------------------------------------------------


async def _announce(office: Office) -> None:
    number = office.log.stated
    if number % 3:
        office.state(story(f"s-{number}", body=_BODY))
    else:
        office.state(vacancy(f"v-{number}"))
    await asyncio.sleep(3)


async def approve_all(office: Office) -> None:
    """A campaign that everybody approved at once: what the pages do one by one takes too long."""
    now = clock()
    about = campaign(story(f"all-{office.log.stated}-{office.chance.random()}"), started_at=now)
    async with office.database.write() as transaction:
        everybody = await people.all_ambassadors(transaction)
        approved = [
            draft(about, person, state=PostState.APPROVED, created_at=now) for person in everybody
        ]
        await people.hold(transaction, [person.id for person in everybody])
        await campaigns.add(transaction, about)
        await posts.add(transaction, [NewPost(post=post, recipe={}) for post in approved])
        await transaction.execute(
            _posts.update().where(_posts.c.campaign_id == about.id).values(publish_at=now)
        )
    for post in approved:
        office.state(
            PostApproved(
                post_id=post.id,
                campaign_id=about.id,
                ambassador_id=post.ambassador_id,
                network=post.network,
                text_sha256=text_sha256(post.text),
                approved_at=now,
                publish_at=now,
            )
        )


async def _approve_all_now_and_then(office: Office) -> None:
    await approve_all(office)
    await asyncio.sleep(0.3)


async def _close(office: Office) -> None:
    latest = office.log.facts["vacancy.opened"][-12:]
    for opened in office.chance.sample(latest, min(len(latest), 3)):
        office.state(VacancyClosed(vacancy_id=opened.data.vacancy_id))
    await asyncio.sleep(0.7)


async def _relay(office: Office) -> None:
    """Both may take a row while they change leaders: the log may hold an event twice."""
    async with office.database.read() as transaction:
        rows = await outbox.oldest(transaction, 500)
    for row in rows:
        told = parse_event(json.loads(row.event))
        office.log.append(Fact(event=told, data=read_data(told)))
    async with office.database.write() as transaction:
        ids = [row.id for row in rows]
        office.chance.shuffle(ids)
        await outbox.remove(transaction, ids)


async def _publish(office: Office) -> None:
    await office.publisher.claim()
    await office.publisher.wait_for_place()


async def _approve_some(office: Office) -> None:
    for _ in range(6):
        await _approve(office)


async def _approve(office: Office) -> None:
    post = await office.some_post(PostState.READY, PostState.FAILED)
    if post is None:
        return
    text = f"{post.text}\nZelf ben ik er trots op." if office.chance.random() < 0.7 else post.text
    async with office.database.write() as transaction:
        await approve(
            transaction,
            PACE,
            post_id=post.id,
            ambassador_id=post.ambassador_id,
            text=text,
            when=office.chance.choice([When.NOW, When.NOW, When.GOOD_TIME]),
            now=clock(),
        )


def _on_a_post(change: Callable[..., Awaitable[object]], *states: PostState, **more: Any) -> Act:
    async def act(office: Office) -> None:
        post = await office.some_post(*states)
        if post is not None:
            which = {"post_id": post.id, "ambassador_id": post.ambassador_id}
            given = {
                name: value(post) if callable(value) else value for name, value in more.items()
            }
            async with office.database.write() as transaction:
                await change(transaction, **which, **given, now=clock())

    return act


async def _answer(office: Office) -> None:
    post = await office.some_post(PostState.READY)
    if post is not None:
        async with office.database.write() as transaction:
            await answer_prompt(
                transaction,
                office.suggester,
                post_id=post.id,
                ambassador_id=post.ambassador_id,
                prompt="Wat was jouw aandeel?",
                answer="Ik rekende mee.",
                text=post.text,
                now=clock(),
            )


async def _choose(office: Office) -> None:
    """Somebody pauses, resumes, gives a consent or withdraws it."""
    who, now = office.somebody(), clock()
    async with office.database.write() as transaction:
        match office.chance.randrange(4):
            case 0:
                until = now + timedelta(seconds=office.chance.choice([1, 90_000]))
                await choose_pace.pause(transaction, PACE, ambassador_id=who, until=until, now=now)
            case 1:
                await choose_pace.resume(transaction, PACE, ambassador_id=who, now=now)
            case 2:
                await choose_pace.give_consent(transaction, ambassador_id=who, now=now)
            case _:
                await choose_pace.withdraw_consent(transaction, ambassador_id=who, now=now)


async def _voice(office: Office) -> None:
    who = office.somebody()
    async with office.database.write() as transaction:
        if office.chance.random() < 0.5:
            await voice_profile.save(
                transaction, who, {"hashtags": 0, "length": "short"}, now=clock()
            )
        else:
            await voice_profile.delete(transaction, who, now=clock())


async def _list(office: Office) -> None:
    """Marketing launches, widens, changes and ends campaigns."""
    campaign_id = await office.some_campaign("story", "prepared", "open")
    if campaign_id is None:
        return
    who, now = office.somebody(), clock()
    async with office.database.write() as transaction:
        boss = await people.person(transaction, BOSS)
        assert boss is not None
        match office.chance.randrange(9):
            case 0:
                plan = LaunchPlan(launch=Launch.EVERYBODY)
                await launch(transaction, campaign_id=campaign_id, plan=plan, by=boss, now=now)
            case 1:
                await widen(transaction, campaign_id=campaign_id, now=now, by=BOSS)
            case 2:
                await remove_from_audience(
                    transaction, campaign_id=campaign_id, ambassador_id=who, by=boss, now=now
                )
            case 3:
                await add_to_audience(
                    transaction, campaign_id=campaign_id, ambassador_id=who, by=boss, now=now
                )
            case 4:
                await end_story(transaction, campaign_id, actor=BOSS, now=now)
    await asyncio.sleep(0.2)


async def _staff(office: Office) -> None:
    """Somebody leaves for ever, leaves for a while, changes address, and all are imported anew."""
    number, now = office.chance.randint(1, PEOPLE), clock()
    person = ambassador(number)
    database, accounts = office.database, office.accounts
    match office.chance.randrange(4):
        case 0:
            await delete(database, accounts, person.id, actor=BOSS, now=now)
        case 1:
            await deactivate(database, accounts, person.id, actor=BOSS, now=now)
            async with database.write() as transaction:
                await reactivate(transaction, person.id, actor=BOSS, now=now)
        case 2:
            moved = ambassador(number, email=f"new{number}@example.org")
            await correct(database, accounts, person.id, moved, {"ambassador"}, actor=BOSS, now=now)
    async with database.write() as transaction:
        everybody = [ambassador(each) for each in range(1, PEOPLE + 1)]
        office.chance.shuffle(everybody)
        await people.save_ambassadors(transaction, everybody, now=now)
    async with database.write() as transaction:
        held = connection(person, tokens=_sealed(), expires_at=None, connected_at=now)
        await connections.save(transaction, held)
    await asyncio.sleep(0.3)


async def _click(office: Office) -> None:
    post = await office.some_post(PostState.PUBLISHED)
    if post is None:
        return
    for number in range(5):
        office.state(
            LinkClicked(
                code=post.link_code,
                visitor=f"{number:016x}",
                method="GET",
                user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
                clicked_at=clock(),
            )
        )
        office.state(
            ApplicationReceived(
                application_id=f"a-{office.chance.randrange(9)}",
                vacancy_id="v-0",
                stage=office.chance.choice(["applied", "interview", "erased"]),
                reference=post.link_code,
                at=clock(),
            )
        )


async def _keep_house(office: Office) -> None:
    now = clock()
    async with office.database.write() as transaction:
        # As if it were later, so that there is something to forget.
        await forget_what_is_old(
            transaction,
            now=now,
            keep_clicks=timedelta(seconds=1),
            keep_measurements=timedelta(seconds=1),
            keep_audit=timedelta(seconds=5),
        )
    async with office.database.write() as transaction:
        held = await connections.sealed(transaction)
        office.chance.shuffle(held)
        await connections.reseal(transaction, [(each, each.tokens) for each in held])
    await asyncio.sleep(0.5)


async def _rebuild(office: Office) -> None:
    async with office.database.write() as transaction:
        for wipe in (figures.wipe_reach, applications.wipe):
            await wipe(transaction, since=None)
    async with office.database.write() as transaction:
        await rebuilt_clicks.prepare(transaction)
        await rebuilt_clicks.hold(transaction, range(PARTITIONS))
        everything = Scope(day="", hour="")
        await rebuilt_clicks.replace(transaction, everything, records={}, clicks_counted=0)
    await asyncio.sleep(2)


#: What works on many posts at a time.
_OFTEN = {"publish", "relay", "measure", "delete"}

ACTS: dict[str, Act] = {
    "announce": _announce,
    "approve all": _approve_all_now_and_then,
    "close": _close,
    "relay": _relay,
    "publish": _publish,
    "delete": lambda office: office.deleter.delete_due(),
    "measure": lambda office: office.collector.collect(),
    "consents": lambda office: approve_by_standing_consent(office.database, PACE, clock=clock),
    "over": lambda office: finish_over(office.database, clock()),
    "approve": _approve_some,
    "approve more": _approve_some,
    "edit": _on_a_post(decide.edit, PostState.READY, text=lambda post: f"{post.text} Echt."),
    "answer": _answer,
    "decline": _on_a_post(decide.decline, PostState.READY, reason="nee"),
    "take back": _on_a_post(decide.take_back, PostState.APPROVED, PostState.DECLINED),
    "by hand": _on_a_post(
        share_by_hand.record_shared, PostState.READY, text=lambda post: post.text, address=""
    ),
    "want off": _on_a_post(ask_for_deletion, PostState.PUBLISHED),
    "choose": _choose,
    "voice": _voice,
    "list": _list,
    "staff": _staff,
    "click": _click,
    "keep house": _keep_house,
    "rebuild": _rebuild,
}
