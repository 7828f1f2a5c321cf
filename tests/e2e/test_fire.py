"""The product on fire: its processes, broker and database fail under load, and a history is kept."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from services.campaigns.store import campaigns
from services.database import dead_letters, outbox
from services.database.schema import applications
from services.database.transaction import Transaction
from services.figures.store import click_cells
from services.identity import derive_id
from services.posts.store import posts
from streams.bootstrap import Parts, open_parts
from streams.demo.simulated import SimulatedAmbassadors
from streams.process.processors import TOPICS
from tests.e2e.fire.load import CLICKS_A_SECOND, History, Load
from tests.e2e.fire.stage import TOKEN, Stage, on_stage
from tests.servers.process import wait_until

OUTAGE = 30.0
QUIET = 12.0
#: Seconds, from the end of an outage, within which everything moves again.
RECOVERY = 20.0
#: By then everything has to move after any fault.
PATIENCE = 60.0
#: A worker that was killed leaves posts under way, which are reconciled after their lease of 90 s.
SETTLED = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``recovery`` is of each thing how many seconds after ``ended`` it moved again."""

    name: str
    began: float
    ended: float
    recovery: Mapping[str, float]


@pytest.mark.fire
@pytest.mark.timeout(900)  # four minutes, and longer where things do not recover
async def test_a_fire_loses_nothing_and_doubles_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though a worker and the broker are killed and the database is read-only for a while, what was
    accepted has its effect once, no visitor is kept waiting, and all of it recovers by itself."""
    caplog.set_level(logging.CRITICAL, logger="kafka")  # our own client meets the outage as well
    async with on_stage(tmp_path) as stage, open_parts(stage.settings) as parts:
        await SimulatedAmbassadors(parts, left_alone=()).connect_everybody()
        load = Load(parts, [web.url for web in stage.webs], TOKEN)
        fire = Fire(stage, parts, load.history)
        async with load.running():
            await fire.moves_again(time.monotonic())
            await fire.burn("worker killed", lambda: kill_in_a_post(stage))
            await fire.burn("broker killed", stage.kafka.kill, stage.kafka.start)
            await fire.burn(
                "read-only", lambda: stage.read_only(True), lambda: stage.read_only(False)
            )
        settled = await fire.settle()
        wrong = [*settled, *await fire.violations()]
        with capsys.disabled():
            sys.stdout.write(await fire.told())
    assert not wrong, "\n".join([*wrong, f"The logs are in {tmp_path}."])


def kill_in_a_post(stage: Stage) -> None:
    """Kill the first worker while one of its posts is under way."""
    worker = stage.workers[0]
    under_way = (
        f"SELECT 1 FROM posts WHERE state = 'publishing' AND leased_by LIKE '%/{worker.pid}'"  # noqa: S608
    )
    wait_until(lambda: bool(stage.ask(under_way)), limit=PATIENCE, failure="it publishes nothing")
    worker.kill()


class Fire:
    """The faults in turn, and what the history and the end have to say of them."""

    def __init__(self, stage: Stage, parts: Parts, history: History) -> None:
        self._stage = stage
        self._parts = parts
        self._history = history
        self._faults: list[Fault] = []

    async def burn(
        self, name: str, fail: Callable[[], object], mend: Callable[[], object] | None = None
    ) -> None:
        """Let something fail, mend it after `OUTAGE` seconds, wait until all moves, and a while."""
        began = time.monotonic()
        await asyncio.to_thread(fail)
        if mend is not None:
            await asyncio.sleep(OUTAGE)
            await asyncio.to_thread(mend)
        ended = time.monotonic()
        recovery = await self.moves_again(ended)
        self._faults.append(Fault(name=name, began=began, ended=ended, recovery=recovery))
        await asyncio.sleep(QUIET)

    async def moves_again(self, since: float) -> Mapping[str, float]:
        """Wait until each count has grown; the seconds from ``since`` that each of them took, or
        infinity where it took longer than `PATIENCE`."""
        before = await self._counts()
        moved = dict.fromkeys(before, math.inf)
        deadline = time.monotonic() + PATIENCE
        while math.inf in moved.values() and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            for name, count in (await self._counts()).items():
                if count > before[name]:
                    moved[name] = min(moved[name], time.monotonic() - since)
        return moved

    async def _counts(self) -> Mapping[str, int]:
        async with self._parts.database.read() as transaction:
            return {
                "campaigns": await campaigns.count(transaction),
                "posts": (await posts.counts_by_state(transaction)).get("published", 0),
                "clicks": sum((await click_cells.by_class(transaction)).values()),
                "applications": len(await _applications(transaction)),
                **{
                    f"events at {web.name}": self._history.accepted_by(web.url)
                    for web in self._stage.webs
                },
            }

    async def settle(self) -> list[str]:
        """Wait until nothing is on its way any more; what still is after `SETTLED` seconds."""
        deadline = time.monotonic() + SETTLED
        while (waiting := await self._on_its_way()) and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
        return [f"after {SETTLED:.0f} seconds there are still {each}" for each in waiting]

    async def _on_its_way(self) -> list[str]:
        async with self._parts.database.read() as transaction:
            states = await posts.counts_by_state(transaction)
            waiting = {
                "events in the outbox": await outbox.size(transaction),
                "posts on their way": states.get("approved", 0) + states.get("publishing", 0),
            }
        group = self._stage.settings.consumer_group
        lags = await asyncio.to_thread(self._parts.admin.lag, group, sorted(set(TOPICS.values())))
        waiting["records on the log"] = sum(each.lag for each in lags)
        journals = (self._stage.folder / "web").glob("clicks.journal*")
        waiting["journals"] = sum(path.suffix != ".lock" for path in journals)
        waiting["processes unready"] = sum(not part.is_ready for part in self._stage.parts)
        return [f"{count} {name}" for name, count in waiting.items() if count]

    async def violations(self) -> list[str]:
        """What the history was promised and the end does not show, a sentence each."""
        found = [*self._of_answers(), *self._of_recovery(), *self._of_processes()]
        async with self._parts.database.read() as transaction:
            if letters := await dead_letters.count(transaction):
                found.append(f"{letters} dead letters")
            found += await self._of_events(transaction)
            found += await self._of_clicks(transaction)
        found += await asyncio.to_thread(self._of_posts)
        doctor = await asyncio.to_thread(self._stage.zwaan, "doctor", "--deep", "--json")
        if doctor.returncode != 0:
            findings = json.loads(doctor.stdout)["findings"]
            told = [each for each in findings if each["remedy"]]
            found.append(f"the doctor ends with {doctor.returncode}: {told}")
        ((deadlocks,),) = await asyncio.to_thread(
            self._stage.ask,
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
        )
        if deadlocks:
            found.append(f"{deadlocks} deadlocks")
        return found

    def _of_answers(self) -> Iterator[str]:
        for sent in self._history.events:
            if sent.accepted_at is None:
                yield f"{sent.identity} was never accepted ({sent.tries} tries): {sent.refusal}"
        kept = Counter(each.answer for each in self._history.clicks if each.answer != 302)
        if kept:
            yield f"visitors were not led on: {dict(kept)}"
        times = [each.at for each in self._history.clicks]
        if (rate := len(times) / (max(times) - min(times))) < 10:
            yield f"only {rate:.1f} clicks a second, though {CLICKS_A_SECOND} were meant"

    def _of_recovery(self) -> Iterator[str]:
        for fault in self._faults:
            for name, seconds in fault.recovery.items():
                # The workers' group has to find together again after a broker, which may take longer.
                promised = fault.name == "read-only" or name.startswith("events at")
                if seconds > (RECOVERY if promised else PATIENCE):
                    yield f"{fault.name}: {name} needed {seconds:.0f} seconds to move again"

    def _of_processes(self) -> Iterator[str]:
        for part in self._stage.parts:
            for end in part.ends:
                # A process that cannot go on says so in a sentence, and 3 is its exit code.
                if not end.by_us and (end.code != 3 or not end.last_words.startswith("zwaan: ")):
                    yield f"{part.name} ended with {end.code}: {end.last_words}"
            for fault in self._faults:
                concerned = fault.ended - fault.began >= OUTAGE
                if concerned and not part.was_unready(fault.began, fault.ended):
                    yield f"{fault.name}: {part.name} went on calling itself ready"

    async def _of_events(self, transaction: Transaction) -> list[str]:
        about = {
            derive_id("campaign", kind, sent.identity): sent.identity
            for sent in self._history.events
            if sent.accepted_at is not None
            for kind in [sent.kind.partition(".")[0]]
            if kind in {"story", "vacancy"}
        }
        there = await campaigns.titles(transaction, list(about))
        recorded = await _applications(transaction)
        missing = sorted(name for identity, name in about.items() if identity not in there)
        missing += sorted(
            sent.identity
            for sent in self._history.events
            if sent.kind == "application.received"
            and sent.accepted_at is not None
            and sent.identity not in recorded
        )
        return [f"accepted, and without effect: {', '.join(missing)}"] if missing else []

    async def _of_clicks(self, transaction: Transaction) -> list[str]:
        counted = sum((await click_cells.by_class(transaction)).values())
        sent = len(self._history.clicks)
        answered = sum(each.answer == 302 for each in self._history.clicks)
        if answered <= counted <= sent:
            return []
        return [f"{counted} clicks are counted of {answered} answered and {sent} sent"]

    def _of_posts(self) -> list[str]:
        ids = ", ".join(f"'{identity}'" for identity in self._history.approved)
        rows = self._stage.ask(
            f"SELECT id, state, network, text, reason FROM posts WHERE id IN ({ids})"  # noqa: S608
        )
        found = []
        states = Counter(state for _, state, *_ in rows)
        if states["unknown"] > len(rows) // 100:
            found.append(f"{states['unknown']} of {len(rows)} posts are unknown")
        standing = Counter((post["network"], post["text"]) for post in self._on_networks())
        for identity, state, network, text, reason in rows:
            times = standing[network, text]
            if state not in {"published", "unknown"}:
                found.append(f"post {identity} was approved and is {state}: {reason}")
            if times > 1 or (times == 0 and state == "published"):
                found.append(f"post {identity} is {state}, and {times} times on {network}")
        if len(standing) > len(rows):
            found.append("there are posts on the networks that nobody approved")
        return found

    def _on_networks(self) -> Iterator[dict[str, Any]]:
        after: int | None = 0
        while after is not None:
            page = requests.get(
                f"{self._stage.sandbox}/_sandbox/posts", params={"after": after}, timeout=30
            ).json()
            yield from page["posts"]
            after = page["next_after"]

    async def told(self) -> str:
        """The history in a few lines, for people."""
        history = self._history
        waits = sorted(each.seconds for each in history.clicks)
        async with self._parts.database.read() as transaction:
            counted = sum((await click_cells.by_class(transaction)).values())
            states = await posts.counts_by_state(transaction)
        lines = [
            "",
            (
                f"events         {len(history.events)} sent, "
                f"{sum(each.accepted_at is not None for each in history.events)} accepted, "
                f"{sum(each.tries - 1 for each in history.events)} times sent again"
            ),
            (
                f"clicks         {len(waits)} sent, "
                f"{sum(each.answer == 302 for each in history.clicks)} led on, {counted} counted, "
                f"half of them within {waits[len(waits) // 2]} s, all within {waits[-1]} s"
            ),
            (
                f"posts          {len(history.approved)} approved, "
                f"{states.get('published', 0)} published, {states.get('unknown', 0)} unknown, "
                f"{history.approvals_refused} approvals put off"
            ),
        ]
        for fault in self._faults:
            moved = ", ".join(f"{name} {value:.1f}" for name, value in fault.recovery.items())
            length = fault.ended - fault.began
            lines.append(f"{fault.name:<14} {length:.0f} s; seconds until moving: {moved}")
        for part in self._stage.parts:
            ends = [f"{end.code}{' by us' * end.by_us}: {end.last_words}" for end in part.ends]
            lines.append(f"{part.name:<14} {len(ends)} restarts {'; '.join(ends)}")
        return "\n".join([*lines, ""])


async def _applications(transaction: Transaction) -> set[str]:
    return set((await transaction.execute(sa.select(applications.c.application_id))).scalars())
