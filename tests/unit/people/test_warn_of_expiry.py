"""Members hear in time that a connection ends, by their channel, once a threshold."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.accounts.store import connections
from services.database import audit
from services.errors import Rejected, RetryLater
from services.message import said
from services.people.warn_of_expiry import ExpiryWarnings, watch_connections, watch_consents
from services.ports import Mail
from services.posts import choose_pace
from services.web.mails import consent_message, expiry_message
from tests.fakes import Mailbox
from tests.unit.conftest import Desk


class Unreliable(Mailbox):
    """Fails as often as it should, then works."""

    def __init__(self, *faults: Exception) -> None:
        super().__init__()
        self.faults = list(faults)

    async def send(self, message: Mail) -> None:
        if self.faults:
            raise self.faults.pop(0)
        await super().send(message)


WORDS = {"organisation": "Deltaplan", "base_url": "https://zwaan.example"}


def warnings(
    desk: Desk, mailbox: Mailbox | None, networks: Collection[str] = ("linkedin", "x")
) -> ExpiryWarnings:
    return ExpiryWarnings(
        watch_connections(lambda ending: expiry_message(ending, **WORDS), networks),
        database=desk.database,
        notifier=mailbox,
        clock=lambda: desk.now,
    )


async def given_at(desk: Desk, mailbox: Mailbox | None, days_left: Sequence[float]) -> list[int]:
    """Look at these moments before the end; returns how many warnings each look gave."""
    end = desk.now + timedelta(days=60)
    await desk.prepare(expires_at=end)
    given = []
    for days in days_left:
        desk.now = end - timedelta(days=days)
        given.append(await warnings(desk, mailbox).warn())
    return given


async def noted(desk: Desk) -> list[object]:
    async with desk.database.read() as transaction:
        (held,) = await connections.ending(
            transaction, after=desk.now, before=desk.now + timedelta(days=14)
        )
        entries = await audit.of(transaction, held.ambassador_id)
    return [entry.detail["days"] for entry in entries if entry.action == "account.warned"]


async def test_three_warnings_each_once(desk: Desk) -> None:
    """At fourteen, seven and one days, however often one looks; written in the person's language."""
    mailbox = Mailbox()
    assert await given_at(desk, mailbox, [20, 14, 13, 7, 7, 3, 1, 0.9]) == [0, 1, 0, 1, 0, 0, 1, 0]
    assert await noted(desk) == [14, 7, 1]
    first = mailbox.messages[0]
    assert first.subject.startswith("Je koppeling met LinkedIn eindigt op ")
    assert "https://zwaan.example/connect/linkedin" in first.text


async def test_without_a_channel_it_is_noted_all_the_same(desk: Desk) -> None:
    """The pages say it; the audit knows when."""
    assert await given_at(desk, None, [14, 1]) == [1, 1]
    assert await noted(desk) == [14, 1]


async def test_a_channel_that_is_away_is_tried_again(desk: Desk) -> None:
    """A warning that could not be sent is still due in the next round."""
    mailbox = Unreliable(RetryLater(said("away")))
    assert await given_at(desk, mailbox, [14, 13.9, 13.8]) == [0, 1, 0]
    assert len(mailbox.messages) == 1


async def test_an_address_that_is_refused_is_not_tried_for_ever(desk: Desk) -> None:
    """The pages say it as well, and the next threshold tries again."""
    mailbox = Unreliable(Rejected(said("no such address")))
    assert await given_at(desk, mailbox, [14, 13, 7]) == [1, 0, 1]
    assert len(mailbox.messages) == 1


async def test_two_workers_send_one_mail(desk: Desk) -> None:
    """Looking at the same time, one of them is first."""
    mailbox = Mailbox()
    await given_at(desk, None, [20])
    desk.now += timedelta(days=7)
    done = await asyncio.gather(*(warnings(desk, mailbox).warn() for _ in range(5)))
    assert sum(done) == len(mailbox.messages) == 1


@pytest.mark.parametrize("renewable", [True, False])
async def test_what_can_be_renewed_does_not_end(desk: Desk, *, renewable: bool) -> None:
    """A refresh token renews it without the person; connecting again begins the count anew."""
    await given_at(desk, None, [14])
    async with desk.database.write() as transaction:
        (held,) = await connections.ending(
            transaction, after=desk.now, before=desk.now + timedelta(days=14)
        )
        stored = await connections.get(transaction, held.ambassador_id, held.network)
        assert stored is not None
        await connections.save(transaction, replace(stored, renewable=renewable))
    assert await warnings(desk, None).warn() == (0 if renewable else 1)


async def test_a_standing_consent_warns_before_it_ends_and_again_when_renewed(desk: Desk) -> None:
    """Each threshold once, by mail and in the audit; choosing a cap in between repeats none."""
    (draft,) = await desk.prepare()
    person, mailbox = draft.ambassador_id, Mailbox()
    consents = ExpiryWarnings(
        watch_consents(lambda consent: consent_message(consent, **WORDS)),
        database=desk.database,
        notifier=mailbox,
        clock=lambda: desk.now,
    )

    async def give() -> datetime:
        async with desk.database.write() as transaction:
            chosen = await choose_pace.give_consent(transaction, ambassador_id=person, now=desk.now)
        assert chosen.consent_until is not None
        return chosen.consent_until

    async def given_before(end: datetime, *days: float) -> list[int]:
        given = []
        for left in days:
            desk.now = end - timedelta(days=left)
            given.append(await consents.warn())
        return given

    end = await give()
    assert await given_before(end, 15, 14, 13) == [0, 1, 0]
    async with desk.database.write() as transaction:
        await choose_pace.choose(
            transaction, ambassador_id=person, weekly_cap=3, hours=None, now=desk.now
        )
    assert await given_before(end, 12, 7, 1, 0) == [0, 1, 1, 0]
    desk.now = end - timedelta(hours=1)
    assert await given_before(await give(), 14) == [1]
    assert await desk.actions(person) == [
        *("consent.given", "consent.warned", "pace.chosen", "consent.warned", "consent.warned"),
        *("consent.given", "consent.warned"),
    ]
    assert [message.to for message in mailbox.messages] == ["person1@example.org"] * 4
    assert mailbox.messages[0].subject.startswith("Je toestemming om vanzelf te delen eindigt op ")
    assert "https://zwaan.example/profile/pace" in mailbox.messages[0].text
