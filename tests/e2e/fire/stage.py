"""The stage of the fire: Kafka, PostgreSQL, the sandbox, two pages and two workers of Zwaan.

All are processes of their own on free ports. Pages and workers that end are started again, as
`restart: unless-stopped` of docker-compose.yml does, and every end is kept with its last words.
"""

from __future__ import annotations

import asyncio
import csv
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from services.settings import Settings, load_settings
from services.vault import new_key
from tests.e2e.zwaan_process import ROOT, clean_environment, running, zwaan
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

PEOPLE = 40
TOKEN = secrets.token_hex(16)

_LOOK_EVERY = 0.5
_START_SECONDS, _STOP_SECONDS = 90.0, 30.0
#: Docker waits this long before it starts a container again, twice as long each time, and anew once
#: the container has lived for ten seconds.
_FIRST_PAUSE, _LIVED = 0.1, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A process ended at ``at`` (monotonic seconds); ``by_us``: the fire did it."""

    at: float
    code: int
    last_words: str
    by_us: bool


@dataclass(slots=True, kw_only=True)
class Part:
    """Pages or a worker, kept running."""

    name: str
    command: str
    port: int
    log: Path
    environment: Mapping[str, str]
    ends: list[End] = field(default_factory=list)
    #: What ``/readyz`` said at which moment: nothing when it was ready.
    unready: list[tuple[float, str]] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _pause: float = _FIRST_PAUSE
    _again: float | None = None
    _killed: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streams.command_line", self.command],
                stdout=output,
                stderr=output,
                cwd=self.log.parent,
                env=dict(self.environment),
            )
        self._started, self._again, self._killed = time.monotonic(), None, False

    def kill(self) -> None:
        assert self._process is not None
        self._killed = True
        self._process.send_signal(signal.SIGKILL)

    def keep_running(self) -> None:
        """Called again and again: starts the process after it ended."""
        assert self._process is not None
        now, code = time.monotonic(), self._process.poll()
        if code is None:
            return
        if self._again is None:
            lines = self.log.read_text().strip().splitlines() or [""]
            self.ends.append(End(at=now, code=code, last_words=lines[-1], by_us=self._killed))
            lived = now - self._started > _LIVED
            self._pause = _FIRST_PAUSE if lived else min(60.0, 2 * self._pause)
            self._again = now + self._pause
        elif now >= self._again:
            self.start()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
                raise

    def was_unready(self, since: float, until: float) -> bool:
        return any(reason and since <= at <= until for at, reason in self.unready)

    @property
    def is_ready(self) -> bool:
        return bool(self.unready) and not self.unready[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    folder: Path
    kafka: Kafka
    postgres: Postgres
    sandbox: str
    settings: Settings
    environment: Mapping[str, str]
    webs: Sequence[Part]
    workers: Sequence[Part]

    @property
    def parts(self) -> Sequence[Part]:
        return (*self.webs, *self.workers)

    def zwaan(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return zwaan(*arguments, data=self.folder / "commands", **self.environment)

    def read_only(self, on: bool) -> None:
        """Turn PostgreSQL to read-only or back, for the sessions that are open as well."""
        with self._connect() as session:
            session.execute("SET default_transaction_read_only = off")
            session.execute(f"ALTER SYSTEM SET default_transaction_read_only = {on}")
            session.execute("SELECT pg_reload_conf()")

    def ask(self, query: str) -> list[Any]:
        """The rows of a query, each of them a tuple."""
        with self._connect() as session:
            return session.execute(query).fetchall()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.postgres.address.replace("+psycopg", ""), autocommit=True)


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Stage]:
    """Everything up and ready, with `PEOPLE` imported; watched until the block ends."""
    with _servers() as (kafka, postgres), _sandbox(folder) as sandbox:
        stage = _stage(folder, kafka, postgres, sandbox)
        # What docker-compose.yml has done before pages and workers start.
        for command in (("migrate",), ("topics", "--create"), _import(folder)):
            done = stage.zwaan(*command)
            assert done.returncode == 0, done.stderr
        try:
            async with asyncio.TaskGroup() as watching:
                for part in stage.parts:
                    part.start()
                tasks = [watching.create_task(_look_at(part)) for part in stage.parts]
                tasks.append(watching.create_task(_keep_running(stage.parts)))
                await _until_ready(stage.parts)
                yield stage
                for task in tasks:
                    task.cancel()
        finally:
            await asyncio.gather(*(asyncio.to_thread(part.stop) for part in stage.parts))


def _stage(folder: Path, kafka: Kafka, postgres: Postgres, sandbox: str) -> Stage:
    ports = [free_port() for _ in range(4)]
    values = {
        "broker": f"kafka://{kafka.address}",
        "database_url": postgres.address,
        "linkedin_url": f"{sandbox}/linkedin",
        "x_url": f"{sandbox}/x",
        "public_url": f"http://127.0.0.1:{ports[0]}",
        "secret_key": secrets.token_hex(32),
        "token_keys": new_key(),
        "api_token": TOKEN,
        "stagger": "0s",
        "weekly_cap": "0",
    }
    environment = {f"ZWAAN_{name.upper()}": value for name, value in values.items()}
    commands = folder / "commands"
    commands.mkdir()

    def part(name: str, command: str, data: str, port: int) -> Part:
        return Part(
            name=name,
            command=command,
            port=port,
            log=folder / f"{name}.log",
            environment=clean_environment(
                PYTHONPATH=str(ROOT),
                ZWAAN_DATA=str(folder / data),
                ZWAAN_PORT=str(port),
                **environment,
            ),
        )

    return Stage(
        folder=folder,
        kafka=kafka,
        postgres=postgres,
        sandbox=sandbox,
        settings=load_settings(data=commands, **values),
        environment=environment,
        # The pages share a folder, as those of `docker compose up --scale web=2` share the volume:
        # two writers of one click journal are harder than two journals.
        webs=[part("web-1", "web", "web", ports[0]), part("web-2", "web", "web", ports[1])],
        workers=[
            part("worker-1", "worker", "worker-1", ports[2]),
            part("worker-2", "worker", "worker-2", ports[3]),
        ],
    )


@contextmanager
def _servers() -> Iterator[tuple[Kafka, Postgres]]:
    """Not below pytest's folder, which PostgreSQL's own account cannot reach."""
    with ExitStack() as ends:
        folders = [
            Path(
                ends.enter_context(
                    tempfile.TemporaryDirectory(prefix="zwaan-fire-", ignore_cleanup_errors=True)
                )
            )
            for _ in range(2)
        ]
        kafka = Kafka(folder=folders[0], port=free_port())
        postgres = Postgres(folder=folders[1], port=free_port())
        for server in (kafka, postgres):
            ends.callback(server.stop)
            server.start()
        yield kafka, postgres


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    with running("sandbox", data=folder / "sandbox", port=free_port()) as sandbox:
        sandbox.wait_for(lambda: "sandbox" in sandbox.log.read_text())
        yield sandbox.url


def _import(folder: Path) -> tuple[str, ...]:
    """`PEOPLE`: those of the examples, whose stories these are, and others who do the same."""
    with (ROOT / "examples" / "ambassadors.csv").open() as table:
        examples = list(csv.DictReader(table))
    path = folder / "people.csv"
    with path.open("w") as table:
        writer = csv.DictWriter(table, fieldnames=list(examples[0]))
        writer.writeheader()
        for number in range(PEOPLE):
            own = {"email": f"person{number}@example.org", "name": f"Person {number}"}
            known = number < len(examples)
            writer.writerow(examples[number % len(examples)] | ({} if known else own))
    return "import", "ambassadors", str(path)


async def _until_ready(parts: Sequence[Part]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while waiting := [part for part in parts if not part.is_ready]:
        told = {part.name: part.unready[-1:] for part in waiting}
        assert time.monotonic() < deadline, f"not ready in time: {told}"
        await asyncio.sleep(0.1)


async def _keep_running(parts: Sequence[Part]) -> None:
    while True:
        for part in parts:
            part.keep_running()
        await asyncio.sleep(0.1)


async def _look_at(part: Part) -> None:
    """Ask ``/readyz`` again and again, as a load balancer would."""
    limit = aiohttp.ClientTimeout(total=5)
    token = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(timeout=limit, headers=token) as client:
        while True:
            try:
                async with client.get(f"{part.url}/readyz") as answer:
                    reason = (await answer.json())["reason"] if answer.status != 200 else ""
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = f"no answer: {type(error).__name__}"
            part.unready.append((time.monotonic(), reason))
            await asyncio.sleep(_LOOK_EVERY)
