"""Every page at a size: 2,000 campaigns, 5,000 people and millions of clicks, on both databases.

``python -m benchmarks.pages [--write] [--runs N] [--clicks N] [--only demo,sqlite,postgresql]
[--url …]``. A process (`zwaan web`; of a demo `zwaan demo`) answers one request at a
time, to somebody with every role; the baseline is its `/healthz`, which reads nothing. ``--runs`` are tens of
requests to each page. A PostgreSQL of its own is made and removed, unless ``--url`` names a database, which
is filled where it is empty. Clicks are ten million on PostgreSQL and one on SQLite, unless ``--clicks``
says how many.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from benchmarks.installation import Made, Size, check, made_in, make
from benchmarks.report import arguments, keep, machine, shown
from services.database.engine import Database
from services.database.migrate import migrate
from services.people.sign_in import make_link
from tests.e2e.zwaan_process import Running, running
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

_CLICKS = {"demo": 0, "sqlite": 1_000_000, "postgresql": 10_000_000}
_NAMES = {
    "demo": "Pages of a demo",
    "sqlite": "Pages on SQLite",
    "postgresql": "Pages on PostgreSQL",
}
#: Milliseconds: of a demo to the first byte, of the others to the last.
_ASKED = {"demo": 20, "sqlite": 50, "postgresql": 50}
#: What is kept of clicks when the single ones are gone.
_KEPT = ("click_cells", "counted_records")


def _addresses(made: Made) -> dict[str, str]:
    story, opening = f"/stories/{made.story_id}", f"/vacancies/{made.vacancy_id}"
    return {
        "baseline: /healthz": "/healthz",
        "inbox": "/inbox",
        "one draft": f"/inbox/{made.post_id}",
        "why it is theirs": f"/inbox/{made.post_id}/why",
        "profile": "/profile",
        "own pace": "/profile/pace",
        "own voice": "/profile/voice",
        "own reach": "/profile/reach",
        "stories": "/stories",
        "a story's campaign": f"{story}/campaign",
        "its audience": f"{story}/audience",
        "its passages": f"{story}/passages",
        "the story, for everybody": story,
        "a new story": "/stories/new",
        "vacancies": "/vacancies",
        "a vacancy's campaign": opening,
        "figures": "/figures",
        "figures.csv": "/figures.csv",
        "templates": "/templates",
        "words": "/templates/words",
        "administration": "/administration",
        "people": "/administration/people",
        "one of them": f"/administration/people/{made.person_id}",
        "audit": "/administration/audit",
        "audit, of one action": "/administration/audit?action=campaign.launched",
        "audit, of one campaign": f"/administration/audit?subject={made.story_id}",
        "statistics, as JSON": "/api/v1/stats",
        "statistics of a campaign": f"/api/v1/stats?campaign={made.story_id}",
        "metrics": "/metrics",
    }


@dataclass(slots=True)
class Answers:
    """Milliseconds of each request to one address, until its first byte and to its end."""

    first: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)
    size: int = 0
    #: Milliseconds of processors a request: the server's, and those of PostgreSQL's sessions.
    processor: float = 0.0

    @property
    def p95(self) -> float:
        return sorted(self.all)[max(0, round(0.95 * len(self.all)) - 1)]


class Browser:
    """One connection, signed in, that asks for one thing at a time."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, float, float, int]:
        """Status, milliseconds to the first byte and to the end, bytes."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Cookie": cookies, "Host": "127.0.0.1"})
        answer = self._connection.getresponse()
        first = time.perf_counter()
        size = len(answer.read())
        end = time.perf_counter()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        return answer.status, 1000 * (first - began), 1000 * (end - began), size


def measure(
    web: Running, pids: list[int], made: Made, link: str, *, rounds: int
) -> dict[str, Answers]:
    """Ask for every page in turn, ``rounds`` times; the first round warms up."""
    browser, found = Browser(web.url), {name: Answers() for name in _addresses(made)}
    assert browser.get(link)[0] == http.HTTPStatus.SEE_OTHER
    for name, path in _addresses(made).items():
        answers = found[name]
        status, *_ = browser.get(path)
        assert status < http.HTTPStatus.BAD_REQUEST, (
            f"{path}: {status}\n{web.log.read_text()[-3000:]}"
        )
        used = sum(map(_used, pids))
        for _ in range(rounds):
            _, first, end, answers.size = browser.get(path)
            answers.first.append(first)
            answers.all.append(end)
        answers.processor = 1000 * (sum(map(_used, pids)) - used) / rounds
    return found


def _used(pid: int) -> float:
    """Seconds of processor time of a process."""
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def table(found: dict[str, Answers], asked_ms: int) -> str:
    head = ["page", "kB", "first byte p50", "p50", "p95", "processor time", "asked"]
    lines = [head, ["---"] * len(head)]
    for name, answers in found.items():
        asked = "" if name.startswith("baseline") else f"≤ {asked_ms} ms"
        figures = (statistics.median(answers.first), statistics.median(answers.all), answers.p95)
        times = [f"{shown(each)} ms" for each in (*figures, answers.processor)]
        lines.append([name, shown(answers.size / 1000), *times, asked])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


@contextmanager
def _database(kind: str, folder: Path, url: str) -> Iterator[str]:
    if url:
        yield url
    elif kind != "postgresql":
        yield f"sqlite+aiosqlite:///{folder}/data/zwaan.db"
    else:
        server = Postgres(folder=folder / "server", port=free_port())
        try:
            yield server.start()
        finally:
            server.stop()


async def _fill(url: str, size: Size) -> None:
    database = Database.open(url)
    await migrate(database)
    if await made_in(database) is None:
        await make(database, size)
    made = await made_in(database)
    assert made
    checked = await check(database, made)
    print(f"{checked:,} clicks of one campaign are as the product counts them again", flush=True)
    await database.close()


async def _sign_in(url: str) -> tuple[Made, str]:
    """What to ask for, and the address that signs in who may."""
    database = Database.open(url)
    while (made := await made_in(database)) is None:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.5)
    async with database.write() as transaction:
        link = await make_link(transaction, made.person_id, base_url="", now=made.now)
    await database.close()
    return made, link


async def _sessions(url: str) -> list[int]:
    """The processes of PostgreSQL that answer ``zwaan``."""
    if not url.startswith("postgresql"):
        return []
    database = Database.open(url)
    query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    async with database.read() as transaction:
        own = await transaction.scalar(sa.text("SELECT pg_backend_pid()"))
        pids = [pid for pid in await transaction.scalars(query) if pid != own]
    await database.close()
    return pids


async def _kept_of_ten(url: str, number: int) -> float:
    """Bytes that ten clicks leave once single ones are forgotten."""
    database = Database.open(url)
    async with database.read() as transaction:
        if url.startswith("sqlite"):
            named = " OR ".join(f"name LIKE '%{each}%'" for each in _KEPT)
            query = f"SELECT sum(pgsize) FROM dbstat WHERE {named}"  # noqa: S608 - names of ours
        else:
            query = "SELECT " + " + ".join(f"pg_total_relation_size('{each}')" for each in _KEPT)
        kept = int(await transaction.scalar(sa.text(query)) or 0)
    await database.close()
    return 10 * kept / number


def _measured(kind: str, folder: Path, url: str, size: Size, *, rounds: int) -> tuple[str, str]:
    """The table, and what is to be said of it."""
    if kind == "demo":
        options = ["demo", "--seconds", "600"]
        said = "The example organisation, twenty seconds after its start, with its people at work."
    else:
        began = time.monotonic()
        asyncio.run(_fill(url, size))
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
        options = ["web"]
        kept = asyncio.run(_kept_of_ten(url, size.clicks))
        said = (
            f"{size.clicks:,} clicks, {size.campaigns:,} campaigns, {size.people:,} people, "
            f"{size.campaigns * size.posts_each:,} posts. Ten clicks leave {shown(kept)} bytes "
            "(asked: ≤ 1,024) when single ones are forgotten."
        )
    environment = {"ZWAAN_DATABASE_URL": url}
    with running(*options, data=folder / "data", port=free_port(), **environment) as web:
        web.wait_for(web.is_ready, limit=120)
        if kind == "demo":
            time.sleep(20)
        made, link = asyncio.run(_sign_in(url))
        Browser(web.url).get("/stories/none")  # it opens its connections
        pids = [web.process.pid, *asyncio.run(_sessions(url))]
        found = measure(web, pids, made, link, rounds=rounds)
    return table(found, _ASKED[kind]), said


def main() -> None:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--clicks", type=int, help="how many, instead of one or ten million")
    own.add_argument("--only", default="demo,sqlite,postgresql")
    own.add_argument("--url", default="", help="a database, filled where it is empty")
    given = arguments(own)
    rounds = 10 * given.runs
    for kind in given.only.split(","):
        size = Size(clicks=given.clicks or _CLICKS[kind])
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            folder = Path(name)
            folder.chmod(0o755)  # the server runs under an account of its own
            (folder / "data").mkdir()
            with _database(kind, folder, given.url) as url:
                figures, said = _measured(kind, folder, url, size, rounds=rounds)
        text = (
            f"`python -m benchmarks.pages --only {kind}` — {machine()}\n\n{figures}\n\n{said} "
            f"{rounds} requests to each page, one after the other. What other programs on the machine take "
            "is in the clock's figures and not in those of processor time.\n"
        )
        print(f"\n{_NAMES[kind]}\n\n{text}")
        if given.write:
            keep(_NAMES[kind], text)


if __name__ == "__main__":
    main()
