"""The administrator sees what is not in order, and can replay what died."""

from __future__ import annotations

from datetime import date

from services.database import audit, dead_letters
from services.database.dead_letters import DeadLetter
from services.message import message, said
from services.web.parts import Readiness, Waiting
from tests.builders import NOW
from tests.unit.web.organisation import Organisation, submit

LETTER = DeadLetter(
    processor="campaigns",
    topic="story.approved",
    partition=3,
    offset=17,
    part=-1,
    key=b"s-1",
    value=b'\xff{"<script>": 1}',
    error=message("event.not-utf8", "the event is not UTF-8 (byte {place})", place=0),
    remedy=message("do.encode-utf8", "Encode it as UTF-8."),
    died_at=NOW,
)


async def bury(organisation: Organisation) -> int:
    async with organisation.database.write() as transaction:
        await dead_letters.add(transaction, [LETTER])
        (letter,) = await dead_letters.waiting(transaction)
    assert letter.id is not None
    return letter.id


async def test_a_dead_letter_is_shown_as_it_arrived(organisation: Organisation) -> None:
    """The list has fault, remedy and topic; the detail has the original bytes, escaped."""
    letter_id = await bury(organisation)
    async with organisation.staff("ad@example.org", "administrator", language="nl") as browser:
        page = (await browser.get("/administration")).text
        detail = (await browser.get(f"/administration/dead-letters/{letter_id}")).text
        assert (await browser.get("/administration/dead-letters/999")).status_code == 404
    assert "Er wacht er 1." in page
    assert (
        "De gebeurtenis is geen geldige UTF-8 (byte 0). Codeer de gebeurtenis als UTF-8."
        in " ".join(detail.split())
    )
    assert r"\xff{&#34;&lt;script&gt;&#34;: 1}" in detail
    assert "partitie 3, offset 17" in detail


async def test_replaying_sends_the_original_bytes_once(organisation: Organisation) -> None:
    """Replay appends exactly what died to its topic; a second press is refused."""
    letter_id = await bury(organisation)
    path = f"/administration/dead-letters/{letter_id}"
    async with organisation.staff("ad@example.org", "administrator") as browser:
        assert (await submit(browser, path, f"{path}/replay")).status_code == 303
        again = await submit(browser, "/administration", f"{path}/replay")
    assert again.status_code == 422
    (record,) = organisation.log.records
    assert (record.topic, record.key, record.value) == ("story.approved", b"s-1", LETTER.value)
    assert await organisation.read(dead_letters.count) == 0
    (entry,) = await organisation.read(audit.of, str(letter_id))
    assert entry.action == "dead_letter.replayed"


async def test_dropping_deletes_a_letter_for_good(organisation: Organisation) -> None:
    """What it held is gone; the audit keeps which it was, why it died, and who gave it up."""
    letter_id = await bury(organisation)
    path = f"/administration/dead-letters/{letter_id}"
    async with organisation.staff("ad@example.org", "administrator") as browser:
        assert "nothing brings it back" in (await browser.get(path)).text
        assert (await submit(browser, path, f"{path}/drop")).status_code == 303
        assert (await submit(browser, "/administration", f"{path}/drop")).status_code == 404
        assert (await browser.get(path)).status_code == 404
    assert organisation.log.records == []
    (entry,) = await organisation.read(audit.of, str(letter_id))
    assert entry.action == "dead_letter.dropped"
    assert (entry.detail["offset"], entry.detail["error"]) == (17, str(LETTER.error))
    assert "script" not in str(entry)


async def test_a_letter_waits_while_the_log_is_away(organisation: Organisation) -> None:
    """When the log refuses, the letter stays."""
    letter_id = await bury(organisation)
    organisation.log.away = True
    path = f"/administration/dead-letters/{letter_id}"
    async with organisation.staff("ad@example.org", "administrator") as browser:
        assert (await submit(browser, path, f"{path}/replay")).status_code == 503
    assert await organisation.read(dead_letters.count) == 1


async def test_the_page_names_what_is_not_in_order(organisation: Organisation) -> None:
    """A worker without progress, the sandbox, and missing mail are each named with a remedy."""

    async def stuck() -> Readiness:
        return Readiness(
            ready=False,
            reason=said("no record for 5 minutes"),
            waiting=[Waiting(topic="t", partition=0, records=1200, seconds=300)],
        )

    organisation.with_parts(readiness=stuck)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get("/administration")).text
    assert "No record for 5 minutes." in page
    assert "1,200" in page
    assert "ZWAAN_LINKEDIN_URL" in page
    assert "zwaan sign-in EMAIL" in page


async def test_an_ending_version_is_shown_to_the_administrator(organisation: Organisation) -> None:
    """Long before LinkedIn refuses every call, the page says until when and which setting."""
    organisation.with_parts(linkedin_sunset=lambda: date(2027, 9, 1))
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get("/administration")).text
    assert "1 September 2027" in page
    assert "ZWAAN_LINKEDIN_VERSION" in page
    organisation.with_parts(linkedin_sunset=lambda: None)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        assert "ZWAAN_LINKEDIN_VERSION" not in (await browser.get("/administration")).text


async def test_the_page_says_where_posts_go(organisation: Organisation) -> None:
    """To the sandbox, to some of it, to real networks, or nowhere: each with what to set; and with
    every network off the pages of everybody are there."""
    networks = organisation.parts.networks
    for offered, sandboxes, shown in (
        (networks, ("linkedin", "x"), "Posts go to the sandbox."),
        (networks, ("x",), "Some networks are a sandbox."),
        (networks, (), "Posts go to the real networks."),
        ({}, (), "Every network is off"),
    ):
        organisation.with_parts(networks=offered, sandboxes=sandboxes)
        async with organisation.staff("ad@example.org", "administrator") as browser:
            assert shown in (await browser.get("/administration")).text
    async with organisation.signed_in("anna@example.org") as browser:
        for page in ("/inbox", "/profile", "/profile/pace", "/profile/voice", "/profile/reach"):
            assert (await browser.get(page)).status_code == 200, page


async def test_the_page_says_who_may_send_events(organisation: Organisation) -> None:
    """Without a token this machine on a laptop, and no one elsewhere."""
    for laptop, token, shown in (
        (True, None, "It is open to this machine only."),
        (False, None, "No other system can send events or read metrics"),
        (False, "a token", "It asks for the API token."),
    ):
        organisation.with_parts(is_laptop=True)
        async with organisation.staff("ad@example.org", "administrator") as browser:
            organisation.with_parts(is_laptop=laptop, api_token=token)
            browser._transport = organisation.client()._transport
            assert shown in (await browser.get("/administration")).text
