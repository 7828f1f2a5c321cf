"""Signing in by a link: safe against scanners, forgers and the curious."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.database import audit
from services.errors import Rejected, RetryLater
from services.message import said
from services.ports import Mail
from services.web.mails import MailState
from tests.fakes import Mailbox
from tests.unit.web.organisation import ANNA, Organisation, form_token, said_by, submit


async def test_the_sandbox_link_is_one_click(organisation: Organisation) -> None:
    """On a laptop with the sandbox a link signs in at once and leads to the role's home."""
    async with organisation.client() as browser:
        answer = await browser.get(await organisation.link_for("anna@example.org"))
        assert answer.headers["Location"] == "/inbox"
        assert (await browser.get("/inbox")).status_code == 200


async def test_the_sandbox_link_works_until_its_time(organisation: Organisation) -> None:
    """The links that a demo prints sign in again, in another browser too."""
    link = await organisation.link_for("anna@example.org")
    for _ in range(2):
        async with organisation.client() as browser:
            assert (await browser.get(link)).headers["Location"] == "/inbox"


async def test_elsewhere_the_link_asks_first(organisation: Organisation) -> None:
    """Elsewhere opening a link changes nothing; a press of the button signs in."""
    organisation.with_parts(is_laptop=False)
    async with organisation.client() as browser:
        link = await organisation.link_for("anna@example.org")
        page = await browser.get(link)
        assert "Anna de Wit" in page.text
        assert (await browser.get("/inbox")).status_code == 303
        answer = await browser.post(link, data={"csrf_token": form_token(page.text)})
        assert answer.headers["Location"] == "/inbox"
        assert (await browser.get("/inbox")).status_code == 200


async def test_elsewhere_a_link_works_once(organisation: Organisation) -> None:
    """Opened by a scanner it still works; once somebody pressed the button, for no one any more."""
    organisation.with_parts(is_laptop=False)
    link = await organisation.link_for("anna@example.org")
    async with organisation.client() as scanner:
        await scanner.head(link)
        assert (await scanner.get(link)).status_code == 200
    async with organisation.client() as browser, organisation.client() as thief:
        token = form_token((await browser.get(link)).text)
        stolen = form_token((await thief.get(link)).text)
        assert (await browser.post(link, data={"csrf_token": token})).status_code == 303
        assert (await thief.get(link)).status_code == 404
        assert (await thief.post(link, data={"csrf_token": stolen})).status_code == 404
        assert (await thief.get("/inbox")).headers["Location"] == "/sign-in"


async def test_an_old_link_says_what_to_do(organisation: Organisation) -> None:
    """A link that ran out, or never was, is a page with the way to a new one."""
    link = await organisation.link_for("anna@example.org")
    organisation.clock += timedelta(days=2, seconds=1)
    async with organisation.client() as browser:
        for address in (link, "/sign-in/nonsense"):
            answer = await browser.get(address)
            assert answer.status_code == 404
            assert 'href="/sign-in"' in answer.text


async def test_the_session_cookie_is_for_us_alone(organisation: Organisation) -> None:
    """The cookie is HttpOnly and SameSite=Lax, lasts a fortnight, and is Secure with https."""
    organisation.with_parts(base_url="https://zwaan.example.org")
    async with organisation.client() as browser:
        answer = await browser.get(await organisation.link_for("anna@example.org"))
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" in cookie
    assert "max-age=1209600" in cookie


async def test_signing_out_ends_it(organisation: Organisation) -> None:
    """After signing out the pages ask to sign in again."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", "/sign-out")
        assert answer.headers["Location"] == "/sign-in"
        assert (await browser.get("/inbox")).headers["Location"] == "/sign-in"


async def test_signing_out_ends_every_copy_of_the_cookie(organisation: Organisation) -> None:
    """A cookie that was copied before signing out signs no one in; another browser stays."""
    async with (
        organisation.signed_in("anna@example.org") as browser,
        organisation.signed_in("anna@example.org") as phone,
        organisation.client() as thief,
    ):
        thief.cookies.update(browser.cookies)
        assert (await thief.get("/inbox")).status_code == 200
        await submit(browser, "/inbox", "/sign-out")
        assert (await thief.get("/inbox")).headers["Location"] == "/sign-in"
        assert (await phone.get("/inbox")).status_code == 200


async def test_signing_out_everywhere_ends_all(organisation: Organisation) -> None:
    """One press ends this person's every session and unused link, and no one else's."""
    link = await organisation.link_for("anna@example.org")
    async with (
        organisation.signed_in("anna@example.org") as browser,
        organisation.signed_in("anna@example.org") as phone,
        organisation.signed_in("ben@example.org") as other,
    ):
        answer = await submit(browser, "/profile", "/sign-out/everywhere")
        assert answer.headers["Location"] == "/sign-in"
        for left in (browser, phone):
            assert (await left.get("/inbox")).headers["Location"] == "/sign-in"
        assert (await phone.get(link)).status_code == 404
        assert (await other.get("/inbox")).status_code == 200
    (entry,) = await organisation.read(audit.of, ANNA.id)
    assert (entry.action, entry.actor) == ("person.signed_out", ANNA.id)


async def test_a_session_lasts_a_fortnight(organisation: Organisation) -> None:
    """Also where a cookie is kept for longer, the server ends the session after 14 days."""
    async with organisation.signed_in("anna@example.org") as browser:
        organisation.clock += timedelta(days=14, seconds=-1)
        assert (await browser.get("/inbox")).status_code == 200
        organisation.clock += timedelta(seconds=2)
        assert (await browser.get("/inbox")).headers["Location"] == "/sign-in"


async def test_signing_in_again_ends_the_former_session(organisation: Organisation) -> None:
    """A person who signs in as somebody else in one browser leaves no session of the first behind."""
    async with (
        organisation.signed_in("anna@example.org") as browser,
        organisation.client() as copy,
    ):
        copy.cookies.update(browser.cookies)
        await browser.get(await organisation.link_for("ben@example.org"))
        assert "Ben Ali" in (await browser.get("/profile")).text
        assert (await copy.get("/inbox")).headers["Location"] == "/sign-in"


async def test_one_returns_to_the_page_one_wanted(organisation: Organisation) -> None:
    """A person who asked for a page before signing in is led there afterwards."""
    async with organisation.client() as browser:
        assert (await browser.get("/profile")).headers["Location"] == "/sign-in"
        answer = await browser.get(await organisation.link_for("anna@example.org"))
        assert answer.headers["Location"] == "/profile"


async def test_without_mail_the_page_says_how_to_get_a_link(organisation: Organisation) -> None:
    """Where no mail is set up there is no form, but the administrator's command."""
    async with organisation.client() as browser:
        page = await browser.get("/sign-in")
    assert "zwaan sign-in" in page.text
    assert 'name="email"' not in page.text


async def test_a_link_comes_by_mail(organisation: Organisation) -> None:
    """Where mail is set up a known address gets a link that works, in its own language."""
    mailbox = Mailbox()
    organisation.with_parts(notifier=mailbox)
    async with organisation.client() as browser:
        await submit(browser, "/sign-in", "/sign-in", email=" ANNA@example.org ")
        (message,) = mailbox.messages
        assert message.to == "anna@example.org"
        assert message.subject == "Je link naar Zwaan bij Deltaplan"
        address = message.text.split(organisation.parts.base_url)[1].split()[0]
        assert (await browser.get(address)).headers["Location"] == "/inbox"


async def test_an_unknown_address_gets_the_same_answer(organisation: Organisation) -> None:
    """An unknown address gets the same answer as a known one, and no mail."""
    mailbox = Mailbox()
    organisation.with_parts(notifier=mailbox)
    async with organisation.client() as browser:
        unknown = await submit(browser, "/sign-in", "/sign-in", email="nobody@example.org")
        known = await submit(browser, "/sign-in", "/sign-in", email="anna@example.org")
    assert said_by(unknown) == said_by(known)
    assert [message.to for message in mailbox.messages] == ["anna@example.org"]


class Failing:
    """A mail server that is away for so many tries, or refuses."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.sent = 0

    async def send(self, _mail: Mail) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent += 1


async def test_a_link_is_mailed_once_the_server_is_back(organisation: Organisation) -> None:
    """Two tries fail, the third does not."""
    mail = Failing(RetryLater(said("away")), RetryLater(said("away")))
    organisation.with_parts(notifier=mail, mail=MailState(pauses=(0, 0)))
    async with organisation.client() as browser:
        await submit(browser, "/sign-in", "/sign-in", email="\u200banna@example.org")
        page = await browser.get("/sign-in")
    assert mail.sent == 1
    assert "Mail cannot be sent" not in page.text


@pytest.mark.parametrize(
    ("faults", "away"),
    [
        ([RetryLater(said("away"))] * 9, True),
        ([Rejected(said("the mail server refuses this address"))], False),
    ],
)
async def test_a_link_that_cannot_be_mailed_is_no_crash(
    organisation: Organisation, faults: list[Exception], away: bool
) -> None:
    """The visitor gets the usual answer; while mail is away the page says so, and promises none."""
    organisation.with_parts(notifier=Failing(*faults), mail=MailState(pauses=(0,)))
    async with organisation.client() as browser:
        answer = await submit(browser, "/sign-in", "/sign-in", email="anna@example.org")
        later = await submit(browser, "/sign-in", "/sign-in", email="nobody@example.org")
    assert answer.status_code == 200
    assert ("Mail cannot be sent" in later.text) is away
    assert ("we mail a link to it" in later.text) is not away


async def test_a_mailbox_is_not_flooded(organisation: Organisation) -> None:
    """However often somebody's link is asked for, one mail a minute is sent."""
    mailbox = Mailbox()
    organisation.with_parts(notifier=mailbox)
    async with organisation.client() as browser:
        for _ in range(3):
            await submit(browser, "/sign-in", "/sign-in", email="anna@example.org")
        assert len(mailbox.messages) == 1
        organisation.clock += timedelta(seconds=61)
        await submit(browser, "/sign-in", "/sign-in", email="anna@example.org")
    assert len(mailbox.messages) == 2


async def test_a_foreign_session_is_worth_nothing(organisation: Organisation) -> None:
    """A cookie that we did not sign, or that was changed, signs no one in."""
    async with organisation.signed_in("anna@example.org") as browser:
        cookie = browser.cookies["zwaan_session"]
        browser.cookies.clear()
        for forged in (cookie[:-2] + "xx", "e30=.x.y", "nonsense", ""):
            answer = await browser.get("/inbox", headers={"Cookie": f"zwaan_session={forged}"})
            assert answer.status_code == 303
