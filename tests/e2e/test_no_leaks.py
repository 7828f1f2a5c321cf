"""No token, secret or authorisation header is anywhere but where it has to be.

A whole journey runs with its log at DEBUG; then everything it left behind is searched for the
secrets that were really in use. ``ZWAAN_TEST_LEAK_MEGABYTES`` lets it go on until so much was
logged (``make test-leaks``); without it one journey is enough.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
import sqlalchemy as sa

from services.database import dead_letters
from services.database.schema import connections
from services.events.catalogue import CATALOGUE, PARTITIONS
from services.people.sign_in import make_link
from services.people.store import people
from services.ports import Record
from services.settings import SANDBOX_CLIENT_SECRET
from services.vault import new_key
from streams.bootstrap import clock
from streams.demo.simulated import SimulatedAmbassadors
from streams.logging import configure_logging
from tests.e2e.journey import Journey, journey, journey_settings, travel

PLANTED = {"session_key": "planted-session-key-6f1d", "mail": "planted-mail-password-91c4"}
PAGES = ("/inbox", "/profile", "/figures", "/administration", "/stories", "/vacancies", "/nowhere")
API = ("/api/v1/statistics", "/metrics", "/healthz", "/readyz")
#: Everything the sandbox networks issue looks like this (connectors.sandbox.state.members).
ISSUED = re.compile(rb"sandbox-(?:linkedin|x|mastodon)-(?:access|refresh|code)-[\w-]{20,}")
#: A header as it would stand in a dump of a request; the word alone may be written.
HEADER = re.compile(rb"(?i)(?:bearer|basic)[ +][\w.~+/-]{16,}")
#: The laptop's own keys are kept in files that only its user can read.
KEPT = {"session.key", "tokens.key", "owner.token"}
CHUNK, OVERLAP = 4_000_000, 1_000


def found_in(text: bytes, secrets: set[str]) -> list[str]:
    """What of the secrets is in a text, as it is or as a part of an address; shortened."""
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    found = [form[:24] for form in forms if form.encode() in text]
    return found + [each[:32].decode() for each in (*ISSUED.findall(text), *HEADER.findall(text))]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Where the log goes at DEBUG, with the product's own settings of its loggers."""
    path, root = tmp_path / "log.txt", logging.getLogger()
    handlers, level, stderr = root.handlers[:], root.level, sys.stderr
    with path.open("w") as file:
        sys.stderr = file
        try:
            configure_logging(level="DEBUG", as_json=False)
            yield path
        finally:
            sys.stderr = stderr
            root.handlers[:] = handlers
            root.setLevel(level)


@pytest.mark.commands
@pytest.mark.timeout(3600)
async def test_a_journey_leaves_no_secret_behind(tmp_path: Path, log: Path) -> None:
    """Logs at DEBUG, events, dead letters, files, pages and API are free of what is secret."""
    data, key = tmp_path / "data", new_key()
    settings = journey_settings(
        data,
        secret_key=PLANTED["session_key"],
        token_keys=key,
        smtp_url=f"smtp://me:{PLANTED['mail']}@127.0.0.1:9",
    )
    async with journey(settings) as trip:
        await travel(trip)
        await trouble(trip)
        secrets = {key, *PLANTED.values(), SANDBOX_CLIENT_SECRET.get_secret_value()}
        secrets |= await tokens_in_use(trip)
        await read_everything(trip, secrets)
        wanted = float(os.environ.get("ZWAAN_TEST_LEAK_MEGABYTES", "0")) * 1e6
        while size_of(log) < wanted:
            await trouble(trip)
            secrets |= await tokens_in_use(trip)
            await read_everything(trip, secrets)
        assert await on_the_log(trip, secrets) > 50
        await in_dead_letters(trip, secrets)
    searched = in_files([log, *(each for each in data.rglob("*") if each.is_file())], secrets)
    assert searched > max(wanted, 100_000), "there has to be something to search"
    print(f"searched {searched / 1e6:.0f} MB, log {size_of(log) / 1e6:.0f} MB: none found")  # noqa: T201


def test_the_search_finds_what_it_searches_for() -> None:
    """Each kind of secret is found where it is, also in an address, and harmless words are not."""
    secrets = {"planted/one"}
    assert found_in(b"x planted/one y", secrets)
    assert found_in(b"?token=planted%2Fone", secrets)
    assert found_in(b"sandbox-x-refresh-abcdefghijklmnopqrstuvwx", set())
    assert found_in(b"Authorization: Bearer abcdefghijklmnopqrst", set())
    assert not found_in(b"the bearer of bad news; basic words; sandbox-x", secrets)


# --- making noise -------------------------------------------------------------------------------


async def trouble(trip: Journey) -> None:
    """Everything that goes wrong and might be logged in too much detail: consents, refreshes, refusals."""
    async with trip.client.post(
        f"{trip.url}/_sandbox/faults",
        json=[
            {"kind": kind, "operation": operation, "times": 2}
            for operation in ("token", "userinfo", "me.read", "post.create", "revoke")
            for kind in ("half_json", "http_500", "expired_token", "drop", "html_body")
        ],
    ) as answer:
        assert answer.ok, await answer.text()
    async with trip.parts.database.write() as transaction:
        # A token at its end is refreshed before its next use.
        await transaction.execute(connections.update().values(expires_at=clock()))
    accounts = trip.parts.accounts
    for who, network in await pairs(trip):
        for _ in range(2):
            await swallow(accounts.open(who, network))
        await swallow(
            accounts.connect(who, network, code="planted-code", verifier="v", redirect="https://z/")
        )
    who, network = (await pairs(trip))[0]
    await accounts.disconnect(who, network)
    async with trip.client.delete(f"{trip.url}/_sandbox/faults") as answer:
        assert answer.ok
    await SimulatedAmbassadors(trip.parts, left_alone=()).connect_everybody()
    broken = Record(topic="story.approved", value=b'{"specversion":"1.0"}', key=b"s")
    await trip.parts.log.append([broken])  # becomes a dead letter
    async with trip.client.post(
        f"{trip.url}/api/v1/events", data=b"{", headers={"Authorization": "Bearer planted-wrong"}
    ) as answer:
        assert answer.status >= 400


async def swallow(work: object) -> None:
    try:
        await work  # type: ignore[misc]
    except Exception:  # as the product would log a defect, with its traceback
        logging.getLogger("trouble").exception("as expected")


async def pairs(trip: Journey) -> list[tuple[str, str]]:
    async with trip.parts.database.read() as transaction:
        rows = await transaction.execute(
            sa.select(connections.c.ambassador_id, connections.c.network).order_by(
                connections.c.ambassador_id
            )
        )
        return [(row.ambassador_id, row.network) for row in rows]


async def tokens_in_use(trip: Journey) -> set[str]:
    """The tokens that are stored now, decrypted."""
    vault = trip.parts.accounts._vault
    async with trip.parts.database.read() as transaction:
        sealed = (await transaction.scalars(sa.select(connections.c.tokens))).all()
    opened = [vault.open(each) for each in sealed]
    found = {token for each in opened for token in (each.access, each.refresh) if token}
    assert len(found) > len(opened), "access tokens of all, and refresh tokens of some"
    return found


# --- searching ----------------------------------------------------------------------------------


async def read_everything(trip: Journey, secrets: set[str]) -> None:
    """Every page and API answer, as somebody who may see all of them."""
    async with browser(trip) as client:
        for path in (*PAGES, *API):
            async with client.get(f"{trip.url}{path}") as answer:
                text = await answer.read()
                headers = repr(dict(answer.headers)).encode()
                assert text, path
                assert found_in(text + headers, secrets) == [], path


@asynccontextmanager
async def browser(trip: Journey) -> AsyncIterator[aiohttp.ClientSession]:
    """An ambassador who is administrator, recruiter and marketing as well."""
    who, _ = (await pairs(trip))[0]
    async with trip.parts.database.write() as transaction:
        person = await people.person(transaction, who)
        assert person is not None
        roles = frozenset({"ambassador", "administrator", "recruiter", "marketing"})
        await people.save_person(
            transaction,
            people.Person(id=who, email=person.email, name=person.name, language="nl", roles=roles),
            now=clock(),
        )
        link = await make_link(transaction, who, base_url=trip.url, now=clock())
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of a host without a name
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        async with client.get(link) as page:
            token = re.search(r'name="csrf_token" value="([^"]+)"', await page.text())
        assert token is not None
        async with client.post(link, data={"csrf_token": token[1]}) as answer:
            assert answer.ok
        yield client


async def on_the_log(trip: Journey, secrets: set[str]) -> int:
    """Search every record on every topic; returns how many there are."""
    number = 0
    for topic in CATALOGUE:
        for partition in range(PARTITIONS):
            records = await asyncio.to_thread(
                lambda topic=topic, partition=partition: list(
                    trip.parts.admin.read(topic, partition, 0, 10_000)
                )
            )
            number += len(records)
            for record in records:
                assert found_in((record.key or b"") + (record.value or b""), secrets) == [], topic
    return number


async def in_dead_letters(trip: Journey, secrets: set[str]) -> None:
    async def arrived() -> bool:
        return bool(await trip.letters())

    await trip.until(arrived)
    async with trip.parts.database.read() as transaction:
        for letter in await dead_letters.waiting(transaction):
            assert found_in(repr(letter).encode(), secrets) == []


def size_of(path: Path) -> int:
    return path.stat().st_size


def in_files(paths: list[Path], secrets: set[str]) -> int:
    """Search files as they lie on the disk, databases included; returns how many bytes."""
    size = 0
    for path in paths:
        if path.name in KEPT:
            continue
        before = b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                assert found_in(before + chunk, secrets) == [], path.name
                before = chunk[-OVERLAP:]
    return size
