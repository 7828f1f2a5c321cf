"""The pace of one's posts on the pages: when they go out, a pause, and a standing consent."""

from __future__ import annotations

from datetime import timedelta

from services.accounts.rules import Circuit
from services.accounts.store import network_calls
from services.people.rules.ambassador import CONSENT_LASTS
from services.people.store import sharing_preferences
from services.post import PostState
from services.posts.store import posts
from services.scheduling import WorkingHours
from tests.unit.web.organisation import ANNA, TEXT, Organisation, story, submit

PACE = "/profile/pace"


async def test_a_good_time_is_chosen_and_shown(organisation: Organisation) -> None:
    """The second button plans the post; the card says when it goes out, and offers to undo that."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        approve = f"/inbox/{post.id}/approve"
        await submit(browser, "/inbox", approve, text=TEXT, when="good_time")
        page = (await browser.get("/inbox")).text
    stored = await organisation.read(posts.get, post.id)
    assert stored.publish_at > organisation.clock
    assert "naar LinkedIn. Tot dan kun je het ongedaan maken." in page
    assert "Ongedaan maken" in page


async def test_the_maximum_refuses_now_and_allows_a_good_time(organisation: Organisation) -> None:
    """The third post of a week is refused in a sentence that says what to do, and can be planned."""
    await organisation.connect(ANNA)
    drafts = [
        await organisation.post(await organisation.campaign(story(story_id=f"s-{n}")), ANNA)
        for n in range(3)
    ]
    async with organisation.signed_in("anna@example.org") as browser:
        for draft in drafts[:2]:
            await submit(browser, "/inbox", f"/inbox/{draft.id}/approve", text=TEXT)
        path = f"/inbox/{drafts[2].id}/approve"
        refused = await submit(browser, "/inbox", path, text=TEXT)
        assert refused.status_code == 422
        assert "maximum van 2 berichten" in refused.text
        assert "Kies een goed moment" in refused.text
        await submit(browser, "/inbox", path, text=TEXT, when="good_time")
    later = await organisation.read(posts.get, drafts[2].id)
    assert later.publish_at >= organisation.clock + timedelta(days=7)


async def test_a_pause_is_begun_shown_and_ended(organisation: Organisation) -> None:
    """It begins with one press, is on profile and inbox, and ends with another."""
    async with organisation.signed_in("anna@example.org") as browser:
        past = await submit(browser, PACE, f"{PACE}/pause", until="2020-01-01")
        nonsense = await submit(browser, PACE, f"{PACE}/pause", until="soon")
        assert (past.status_code, nonsense.status_code) == (422, 422)
        await submit(browser, PACE, f"{PACE}/pause", until="2026-12-01")
        for page in (PACE, "/profile", "/inbox"):
            assert "Je pauzeert tot 1 december 2026" in (await browser.get(page)).text
        await submit(browser, PACE, f"{PACE}/resume")
        await submit(browser, PACE, f"{PACE}/pause")
        assert "tot je het anders zegt" in (await browser.get("/inbox")).text
        await submit(browser, PACE, f"{PACE}/resume")
    chosen = await organisation.read(sharing_preferences.get, ANNA.id)
    assert not chosen.is_paused(organisation.clock)


async def test_cap_and_hours_are_kept(organisation: Organisation) -> None:
    """What differs from the organisation's is the person's own; mistakes are refused."""
    hours = {"weekdays": "1", "start": "08:30", "end": "12:00"}
    async with organisation.signed_in("anna@example.org") as browser:
        for wrong in (
            hours | {"cap": "99"},
            hours | {"cap": "many"},
            hours | {"end": "08:00"},
            hours | {"start": "early"},
            {"start": "08:00", "end": "12:00"},
        ):
            assert (await submit(browser, PACE, PACE, **wrong)).status_code == 422
        await submit(browser, PACE, PACE, cap="5", **hours)
    chosen = await organisation.read(sharing_preferences.get, ANNA.id)
    assert chosen.weekly_cap == 5
    assert chosen.hours == WorkingHours.parse("tue 08:30-12:00")


async def test_a_standing_consent_is_given_warned_about_and_withdrawn(
    organisation: Organisation,
) -> None:
    """It says until when; a fortnight before its end the inbox says so; one press ends it."""
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, PACE, f"{PACE}/consent")
        chosen = await organisation.read(sharing_preferences.get, ANNA.id)
        assert chosen.consent_until is not None
        assert "loopt af op" not in (await browser.get("/inbox")).text
        async with organisation.database.write() as transaction:
            soon = organisation.clock - CONSENT_LASTS + timedelta(days=5)
            await sharing_preferences.save(
                transaction,
                type(chosen)(
                    ambassador_id=ANNA.id,
                    consent_given_at=soon,
                    consent_until=soon + CONSENT_LASTS,
                ),
            )
        assert "loopt af op" in (await browser.get("/inbox")).text
        await submit(browser, PACE, f"{PACE}/withdraw")
    withdrawn = await organisation.read(sharing_preferences.get, ANNA.id)
    assert withdrawn.consent_until is None


async def test_an_organisation_may_offer_no_standing_consent(organisation: Organisation) -> None:
    """Then the page does not show it, and the address does not exist."""
    organisation.with_parts(standing_consent=False)
    async with organisation.signed_in("anna@example.org") as browser:
        assert f"{PACE}/consent" not in (await browser.get(PACE)).text
        assert (await submit(browser, PACE, f"{PACE}/consent")).status_code == 404


async def test_what_a_consent_approved_says_so(organisation: Organisation) -> None:
    """The card of a planned post says that no one tapped on it."""
    await organisation.post(
        await organisation.campaign(story()),
        ANNA,
        state=PostState.APPROVED,
        consent="standing",
        publish_at=organisation.clock + timedelta(hours=2),
    )
    async with organisation.signed_in("anna@example.org") as browser:
        assert "doorlopende toestemming" in (await browser.get("/inbox")).text


async def test_a_network_that_is_away_is_named(organisation: Organisation) -> None:
    """On the administrator's page, in ``/readyz`` and in the metrics; it makes no one unready."""
    circuit = Circuit(
        network="linkedin",
        failures=5,
        opened_at=organisation.clock,
        open_until=organisation.clock + timedelta(minutes=1),
        reason="LinkedIn gave no usable answer.",
    )
    async with organisation.database.write() as transaction:
        await network_calls.save_circuit(transaction, circuit)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get("/administration")).text
        ready = await browser.get("/readyz")
        metrics = (await browser.get("/metrics")).text
    assert "LinkedIn gave no usable answer." in page
    assert (ready.status_code, ready.json()["networks_away"]) == (200, ["linkedin"])
    assert 'zwaan_network_away{network="linkedin"} 1.0' in metrics
