"""No click that was answered is lost when the redirect's process is killed, at any moment."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from services.settings import load_settings
from streams.logs.admin import open_admin
from streams.serving.click_journal import ClickJournal
from tests.builders import ambassador, campaign, organise, story
from tests.e2e.zwaan_process import Running, running
from tests.migrated import open_migrated
from tests.servers.process import free_port

SEED = 20261130
KILLS = 6
VISITORS = 8


def organised(data: Path) -> list[str]:
    async def store() -> list[str]:
        database = await open_migrated(data / "zwaan.db")
        async with database.write() as transaction:
            drafts = await organise(
                transaction, [ambassador(number) for number in range(20)], [campaign(story())]
            )
        await database.close()
        return [post.link_code for post in drafts]

    data.mkdir()
    return asyncio.run(store())


def visit(web: Running, codes: list[str], name: str, answered: Counter[str]) -> None:
    """Follow one link after another until the process is gone; every answer is remembered by agent."""
    with requests.Session() as session:
        for number in range(1_000_000):
            agent = f"{name}-{number}"
            method = session.head if number % 5 == 0 else session.get
            try:
                answer = method(
                    f"{web.url}/r/{codes[number % len(codes)]}",
                    headers={"User-Agent": agent},
                    allow_redirects=False,
                    timeout=20,
                )
            except requests.RequestException:
                return
            assert answer.status_code == requests.codes.found
            answered[agent] += 1


def kept(data: Path) -> Counter[str]:
    """Agents of the clicks in the log."""
    settings = load_settings(data=data)
    admin = open_admin(settings)
    found: Counter[str] = Counter()
    for topic in admin.topics(["link.clicked"]):
        for partition in topic.partitions:
            offset = partition.first
            while records := admin.read(topic.name, partition.number, offset, 500):
                offset = records[-1].position.offset + 1
                for record in records:
                    found.update(
                        each["data"]["user_agent"] for each in json.loads(record.value or b"")
                    )
    admin.close()
    return found


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_a_redirect_killed_at_random_moments_loses_no_click_that_it_answered(
    tmp_path: Path,
) -> None:
    """After SIGKILL under load, six times, every answered visit is in the log."""
    data, port = tmp_path / "data", free_port()
    codes = organised(data)
    moments = random.Random(SEED)  # noqa: S311 - which moments, not which secrets
    answered: Counter[str] = Counter()
    for round_ in range(KILLS):
        with running("web", "--only", "redirect", data=data, port=port) as web:
            web.wait_for(web.is_ready)
            assert web.get("/people").status_code == requests.codes.not_found
            visitors = [
                threading.Thread(target=visit, args=(web, codes, f"{round_}-{number}", answered))
                for number in range(VISITORS)
            ]
            for each in visitors:
                each.start()
            time.sleep(moments.uniform(0.2, 1.5))
            web.kill()
            for each in visitors:
                each.join(60)
    assert len(answered) > 100
    with running("web", "--only", "redirect", data=data, port=port) as web:
        web.wait_for(web.is_ready)
        web.wait_for(lambda: not ClickJournal(data / "clicks.journal").holds_some())
    found = kept(data)
    assert not answered.keys() - found.keys()
