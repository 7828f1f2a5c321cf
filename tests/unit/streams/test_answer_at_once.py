"""A followed link answered by its connection: the same answers as the application's, in HTTP's order."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.errors import Stop
from services.figures.follow_link import Kept
from services.figures.refresh_links import LinkRefresher
from services.settings import load_settings
from services.web.app import create_web
from services.web.short_links import ShortLinks
from streams.serving.serve import listen, serving
from tests.unit.web.organisation import ANNA, Organisation, open_organisation, story


class Counting:
    """Counts the requests that are taken from the application."""

    def __init__(self, short_links: ShortLinks) -> None:
        self._short_links = short_links
        self.taken = 0

    def take(
        self, method: str, code: str, address: str, headers: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, Kept] | None:
        taken = self._short_links.take(method, code, address, headers)
        self.taken += taken is not None
        return taken


class Door:
    """The pages of an organisation behind a real port."""

    def __init__(
        self, organisation: Organisation, redirects: Counting, port: int, code: str
    ) -> None:
        self.redirects = redirects
        self.clicks = organisation.clicks
        self.port = port
        self.code = code

    async def ask(self, *requests: str, ends: bool = False) -> bytes:
        """Send these in one go; all that comes back until as many answers are there."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write("".join(requests).encode("latin-1"))
        answers = b""
        async with asyncio.timeout(20):
            while answers.count(b"HTTP/1.1 ") < len(requests) or not answers.endswith(b"\r\n\r\n"):
                some = await reader.read(65_536)
                if not some:
                    break
                answers += some
            if ends:
                assert await reader.read() == b""
        writer.close()
        return answers

    def get(self, *, method: str = "GET", version: str = "1.1", more: str = "") -> str:
        return f"{method} /r/{self.code} HTTP/{version}\r\nHost: x\r\nUser-Agent: F\r\n{more}\r\n"


@asynccontextmanager
async def opened(tmp_path: Path, *, at_once: bool) -> AsyncIterator[Door]:
    async with open_organisation(tmp_path / f"{at_once}.db") as organisation:
        post = await organisation.post(await organisation.campaign(story()), ANNA)
        links = organisation.parts.links
        await LinkRefresher(
            organisation.database, links._table, clock=organisation.parts.clock
        ).refresh()
        application = create_web(organisation.parts)
        listener = listen(load_settings(data=tmp_path, port=0))
        redirects = Counting(application.short_links)
        async with serving(
            application,
            listener,
            trusted_proxies=["127.0.0.1"],
            redirects=redirects if at_once else None,
        ):
            door = Door(organisation, redirects, listener.getsockname()[1], post.link_code)
            # From the second on the link is known, and the day has its salt.
            await door.ask(door.get())
            door.clicks.clicks.clear()
            yield door
        listener.close()


QUESTIONS: list[Callable[[Door], str]] = [
    lambda door: door.get(),
    lambda door: door.get(method="HEAD"),
    lambda door: door.get(more="Connection: close\r\n"),
    lambda door: door.get(version="1.0"),
    lambda door: door.get(more="X-Forwarded-For: 192.0.2.1\r\n"),
    lambda door: door.get(more="Sec-Purpose: prefetch\r\n"),
    lambda door: door.get(more="Content-Length: 0\r\n"),
    lambda door: door.get().replace("/r/", "/R/"),
    lambda door: door.get().replace(door.code, door.code.upper()),
]


def undated(answer: bytes) -> bytes:
    return re.sub(rb"date: [^\r]+\r\n", b"", answer)


async def test_it_answers_as_the_application_does(tmp_path: Path) -> None:
    """Byte for byte but for the time, and it keeps the same of each click."""
    found = []
    for at_once in (True, False):
        async with opened(tmp_path, at_once=at_once) as door:
            answers = [undated(await door.ask(question(door))) for question in QUESTIONS]
            kept = [
                {**click.event.data, "visitor": "", "clicked_at": ""}
                for click in door.clicks.clicks
            ]
            found.append((answers, kept))
            assert door.redirects.taken == (5 if at_once else 0)
    assert found[0] == found[1]
    assert len(found[0][1]) == len(QUESTIONS)
    assert all(answer.startswith(b"HTTP/1.1 302 Found\r\n") for answer in found[0][0])


async def test_requests_in_one_go_are_answered_in_their_order(tmp_path: Path) -> None:
    """A page behind a link waits for the link's click, and the last request may close."""
    async with opened(tmp_path, at_once=True) as door:
        answers = await door.ask(
            door.get(),
            "GET /r/zzzzzzzzzz HTTP/1.1\r\nHost: x\r\n\r\n",
            door.get(method="HEAD"),
            door.get(more="Connection: close\r\n"),
            ends=True,
        )
        states = re.findall(rb"HTTP/1\.1 (\d+)", answers)
        assert states == [b"302", b"404", b"302", b"302"]
        assert [click.event.data["method"] for click in door.clicks.clicks] == [
            "GET",
            "HEAD",
            "GET",
        ]


async def test_no_answer_comes_before_its_click_is_kept(tmp_path: Path) -> None:
    """Nothing is sent while the sink has not kept it; who goes away meanwhile harms no one."""
    async with opened(tmp_path, at_once=True) as door:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        door.clicks.kept = gate
        _, gone = await asyncio.open_connection("127.0.0.1", door.port)
        gone.write(door.get().encode())
        asking = asyncio.ensure_future(door.ask(door.get()))
        async with asyncio.timeout(20):
            while len(door.clicks.clicks) < 2:
                await asyncio.sleep(0.01)
        gone.transport.abort()
        done, _ = await asyncio.wait({asking}, timeout=0.1)
        assert not done
        gate.set_result(None)
        assert (await asking).startswith(b"HTTP/1.1 302")


def test_answers_leave_at_once(tmp_path: Path) -> None:
    """Sockets say that they are TCP's, so that asyncio does not let the second packet wait 40 ms."""
    listener = listen(load_settings(data=tmp_path, port=0))
    assert listener.proto == socket.IPPROTO_TCP
    listener.close()


def test_processes_share_a_port_where_all_of_them_mean_to(tmp_path: Path) -> None:
    """And a port that somebody has alone is refused in a sentence."""
    settings = load_settings(data=tmp_path, port=0)
    first = listen(settings, shared=True)
    same = settings.model_copy(update={"port": first.getsockname()[1]})
    second = listen(same, shared=True)
    with pytest.raises(Stop, match="cannot be used"):
        listen(same)
    second.close()
    first.close()
