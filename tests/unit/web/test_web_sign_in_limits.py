"""How often sign-in links may be asked for and tried, as people meet it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from services.people.sign_in import (
    ASKS_OF_ADDRESS,
    ASKS_OF_CLIENT,
    TRIES_OF_ADDRESS,
    TRIES_OF_CLIENT,
    client_of,
)
from services.web.app import create_web
from tests.fakes import Mailbox
from tests.unit.web.organisation import Organisation, form_token, said_by, submit

HOUR = timedelta(hours=1)


@pytest.fixture
def office(organisation: Organisation) -> Organisation:
    """An installation that is no laptop's, with mail."""
    return organisation.with_parts(is_laptop=False, notifier=Mailbox())


def visitor(organisation: Organisation, address: str, **headers: str) -> httpx.AsyncClient:
    """A browser at this address."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_web(organisation.parts), client=(address, 40_000)),
        base_url=organisation.parts.base_url,
        headers=headers,
    )


async def ask(browser: httpx.AsyncClient, email: str) -> httpx.Response:
    return await submit(browser, "/sign-in", "/sign-in", email=email)


async def statuses(browser: httpx.AsyncClient, number: int, path: str) -> Counter[int]:
    answers = await asyncio.gather(*(browser.get(path.format(each)) for each in range(number)))
    return Counter(answer.status_code for answer in answers)


async def test_a_flood_of_asks_ends_at_the_limit(office: Organisation) -> None:
    """A hundred and forty asks at once for as many addresses: a hundred are answered, the rest read
    when to come back, and a neighbour is heard all the same."""
    async with visitor(office, "203.0.113.9") as browser, visitor(office, "203.0.113.8") as other:
        token = form_token((await browser.get("/sign-in")).text)
        answers = await asyncio.gather(
            *(
                browser.post(
                    "/sign-in", data={"csrf_token": token, "email": f"p{number}@example.org"}
                )
                for number in range(140)
            )
        )
        found = Counter(answer.status_code for answer in answers)
        assert found == {200: ASKS_OF_CLIENT.calls, 429: 140 - ASKS_OF_CLIENT.calls}
        assert (await ask(other, "p1@example.org")).status_code == 200


async def test_a_mailbox_gets_five_links_an_hour(office: Organisation) -> None:
    """From any client; an address in other letters is the same one."""
    found = []
    for number in range(7):
        async with visitor(office, f"203.0.113.{number}") as browser:
            found.append(await ask(browser, (" ANNA@", "anna@")[number % 2] + "example.org"))
        office.clock += timedelta(minutes=2)
    assert [each.status_code for each in found] == [200] * 5 + [429] * 2
    office.clock += timedelta(seconds=int(found[-1].headers["Retry-After"]) - 120)
    async with visitor(office, "203.0.113.77") as browser:
        assert (await ask(browser, "anna@example.org")).status_code == 200
    assert ASKS_OF_ADDRESS.window == HOUR


async def test_the_limit_is_the_same_for_an_unknown_address(office: Organisation) -> None:
    """An unknown address is refused after as many asks, in the same words."""
    pages = {}
    async with visitor(office, "203.0.113.9", **{"Accept-Language": "en"}) as browser:
        for email in ("anna@example.org", "nobody@example.org"):
            answers = [await ask(browser, email) for _ in range(6)]
            pages[email] = [(each.status_code, said_by(each)) for each in answers]
    assert pages["anna@example.org"] == pages["nobody@example.org"]
    assert pages["anna@example.org"][-1][0] == 429


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "That was often in a short time; try again in 65 minutes."),
        ("nl", "Dit is te vaak achter elkaar geprobeerd; probeer het over 65 minuten opnieuw."),
    ],
)
async def test_the_page_says_when_to_come_back(
    office: Organisation, language: str, said: str
) -> None:
    """In the reader's language, and to their browser in seconds."""
    async with visitor(office, "203.0.113.9", **{"Accept-Language": language}) as browser:
        for _ in range(5):
            await ask(browser, "anna@example.org")
        answer = await ask(browser, "anna@example.org")
    assert answer.status_code == 429
    assert said in answer.text
    assert answer.headers["Retry-After"] == str(65 * 60)


async def test_guessing_links_is_stopped(office: Organisation) -> None:
    """After a hundred wrong ones no link is looked at any more, neither by a visit nor by the
    button; from elsewhere a right one signs in, and later from here too."""
    link = await office.link_for("anna@example.org")
    async with visitor(office, "203.0.113.9") as guesser, visitor(office, "203.0.113.8") as other:
        token = form_token((await guesser.get(link)).text)
        found = await statuses(guesser, 120, "/sign-in/wrong{}")
        assert found == {404: TRIES_OF_CLIENT.calls, 429: 120 - TRIES_OF_CLIENT.calls}
        assert (await guesser.get(link)).status_code == 429
        answer = await guesser.post(link, data={"csrf_token": token})
        assert answer.status_code == 429
        assert (await other.get(link)).status_code == 200
        office.clock += timedelta(seconds=int(answer.headers["Retry-After"]))
        answer = await guesser.post(link, data={"csrf_token": token})
        assert answer.headers["Location"] == "/inbox"


async def test_wrong_buttons_count_as_wrong_visits(office: Organisation) -> None:
    """A guess is a guess, whichever way it is sent."""
    async with visitor(office, "203.0.113.9") as guesser:
        token = form_token((await guesser.get("/sign-in")).text)
        await statuses(guesser, TRIES_OF_CLIENT.calls - 1, "/sign-in/wrong{}")
        sent = [
            (await guesser.post("/sign-in/wrong", data={"csrf_token": token})).status_code
            for _ in range(2)
        ]
    assert sent == [404, 429]


async def test_a_persons_links_are_not_tried_without_end(office: Organisation) -> None:
    """Nor is one link, from wherever; a mail scanner or ten leave it usable."""
    link = await office.link_for("anna@example.org")
    found = Counter[int]()
    for number in range(TRIES_OF_ADDRESS.calls + 2):
        async with visitor(office, f"203.0.113.{number}") as browser:
            found[(await browser.get(link)).status_code] += 1
    assert found == {200: TRIES_OF_ADDRESS.calls, 429: 2}


async def test_a_laptops_link_signs_in_as_often_as_one_likes(organisation: Organisation) -> None:
    """A person who sits there is slowed down by nothing."""
    link = await organisation.link_for("anna@example.org")
    async with organisation.client() as browser:
        assert await statuses(browser, TRIES_OF_ADDRESS.calls + 5, link) == {
            303: TRIES_OF_ADDRESS.calls + 5
        }


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_network_of_one_household_is_one_client(address: str, client: str) -> None:
    """Of IPv6 the first half identifies the visitor: the other half may be changed at every visit."""
    assert client_of(address) == client


async def test_no_address_is_stored(office: Organisation) -> None:
    """Neither that of a visitor nor the one they typed, in any form, is in the database."""
    async with visitor(office, "203.0.113.9") as browser:
        await ask(browser, "unheard.of@example.org")
        await browser.get("/sign-in/wrong")
    path = office.database._engine.url.database
    assert path is not None
    async with office.database.write() as transaction:
        rows = await transaction.run_sync(
            lambda connection: connection.exec_driver_sql("SELECT * FROM sign_in_tries").all()
        )
    assert len(rows) == 3
    assert {len(row.key) for row in rows} == {64}
    with open(path, "rb") as file, open(f"{path}-wal", "rb") as log:  # noqa: PTH123, ASYNC230
        stored = file.read() + log.read()
    assert b"203.0.113.9" not in stored
    assert b"unheard.of" not in stored
