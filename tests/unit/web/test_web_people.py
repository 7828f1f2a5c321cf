"""The administrator's people: found, added, corrected, shut out and deleted."""

from __future__ import annotations

from services.accounts.store import connections
from services.database import audit
from services.identity import ambassador_id
from services.people.store import people
from services.posts.store import posts
from services.voice.store import voice_profiles
from tests.builders import NOW, ambassador
from tests.unit.web.organisation import ANNA, BEN, Organisation, story, submit

PEOPLE = "/administration/people"
THEM = f"{PEOPLE}/{ANNA.id}"

#: Anna's form as it is, with the role of ambassador.
FORM = {
    "name": ANNA.name,
    "email": ANNA.email,
    "language": "nl",
    "ambassador": "yes",
    "role": ANNA.role,
    "team": ANNA.team,
    "region": ANNA.region,
    "timezone": ANNA.timezone,
    "since": "",
    "address_form": "je",
    "length": "medium",
    "emoji": "0",
    "crafts": "constructie",
}


async def test_people_are_found(organisation: Organisation) -> None:
    """By a part of name, team or address, a page of fifty at a time, with their roles."""
    crowd = [ambassador(number) for number in range(100, 160)]
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, crowd, now=NOW)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get(PEOPLE)).text
        assert "63 people" in page
        assert page.count('class="why"') == 50
        assert (await browser.get(f"{PEOPLE}?page=2")).text.count('class="why"') == 13
        assert (await browser.get(f"{PEOPLE}?page=99")).text.count('class="why"') == 13
        for words in ("wit", "ANNA@", "%", "waterkering"):
            found = (await browser.get(PEOPLE, params={"find": words})).text
            assert ("Anna de Wit" in found) == (words != "%"), words
            assert "Ben Ali" not in found


async def test_the_form_shows_what_is_kept_and_saves_it(organisation: Organisation) -> None:
    """What is corrected is kept, and the audit names the fields, and not what was in them."""
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get(THEM)).text
        for shown in (ANNA.name, ANNA.email, ANNA.role, ANNA.team, "constructie"):
            assert f'value="{shown}"' in page
        changes = {"team": "Zeesluizen", "crafts": "beton; staal, gewapend", "since": "2019"}
        changes |= {"topics": "energie transitie; water", "other_languages": "en"}
        answer = await submit(browser, THEM, THEM, **{**FORM, **changes, "recruiter": "yes"})
        assert answer.headers["Location"] == f"{THEM}?done=saved"
        assert "Saved." in (await browser.get(answer.headers["Location"])).text
    (anna,) = (await organisation.read(people.ambassadors_by_id, [ANNA.id])).values()
    assert (anna.team, anna.crafts, anna.since) == (
        "Zeesluizen",
        ("beton", "staal, gewapend"),
        2019,
    )
    assert anna.topics == ("energie transitie", "water")
    assert anna.other_languages == ("en",)
    person = await organisation.read(people.person, ANNA.id)
    assert person.roles == {"ambassador", "recruiter"}
    (entry,) = await organisation.read(audit.of, ANNA.id)
    assert entry.action == "person.corrected"
    assert entry.detail["fields"] == "team, crafts, since, other_languages, topics, roles"
    assert "Zeesluizen" not in str(entry)


async def test_a_corrected_address_keeps_the_person(organisation: Organisation) -> None:
    """Drafts, account and session stay theirs, and the old address is no one's."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    new = ambassador_id("anna.dewit@example.org")
    async with (
        organisation.signed_in(ANNA.email) as hers,
        organisation.staff("ad@example.org", "administrator") as browser,
    ):
        taken = await submit(browser, THEM, THEM, **{**FORM, "email": "BEN@example.org"})
        assert taken.status_code == 422
        answer = await submit(browser, THEM, THEM, **{**FORM, "email": "anna.dewit@example.org"})
        assert answer.headers["Location"] == f"{PEOPLE}/{new}?done=saved"
        assert (await browser.get(THEM)).status_code == 404
        assert "anna.dewit@example.org" in (await hers.get("/profile")).text
    assert (await organisation.read(posts.get, post.id)).ambassador_id == new
    assert await organisation.read(connections.networks_of, [new]) == {new: ("linkedin",)}


async def test_an_impossible_value_is_reported_beside_its_field(organisation: Organisation) -> None:
    """Each fault is at its field, in the reader's language, and nothing is saved."""
    bad = {"email": "nobody", "timezone": "Mars/Olympus", "since": "soon", "name": "", "emoji": "9"}
    async with organisation.staff("ad@example.org", "administrator", language="nl") as browser:
        answer = await submit(browser, THEM, THEM, **{**FORM, **bad, "ambassador": ""})
        assert answer.status_code == 422
        for name in ("email", "timezone", "since", "name", "emoji"):
            assert f'id="{name}-fault"' in answer.text
        assert "Kies minstens één rol." in answer.text
        assert "zoals Europe/Amsterdam" in answer.text
    assert (await organisation.read(people.person, ANNA.id)).email == ANNA.email


async def test_what_a_person_set_stays_theirs(organisation: Organisation) -> None:
    """The form says that they chose something themselves; saving it takes none of that away."""
    async with organisation.database.write() as transaction:
        await voice_profiles.save(transaction, ANNA.id, {"team": "Mijn team"}, now=NOW)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        page = (await browser.get(THEM)).text
        assert "set 1 thing about their voice" in page
        assert "Mijn team" not in page
        await submit(browser, THEM, THEM, **{**FORM, "team": "Bruggen"})
    (anna,) = (await organisation.read(people.ambassadors_by_id, [ANNA.id])).values()
    assert anna.team == "Mijn team"


async def test_a_person_is_added(organisation: Organisation) -> None:
    """A new person is here at once, once: the same address again is refused."""
    new = {**FORM, "name": "Cor <b>", "email": "cor@example.org", "marketing": "yes"}
    async with organisation.staff("ad@example.org", "administrator") as browser:
        answer = await submit(browser, f"{PEOPLE}/new", f"{PEOPLE}/new", **new)
        page = (await browser.get(answer.headers["Location"])).text
        assert "Cor &lt;b&gt;" in page
        again = await submit(browser, f"{PEOPLE}/new", f"{PEOPLE}/new", **new)
        assert again.status_code == 422
    person = await organisation.read(people.person, ambassador_id("cor@example.org"))
    assert person.roles == {"ambassador", "marketing"}


async def test_losing_the_role_cancels_drafts(organisation: Organisation) -> None:
    """Taking the role of ambassador away cancels drafts, deletes tokens and asks no more."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        await submit(browser, THEM, THEM, **{**FORM, "ambassador": "", "recruiter": "yes"})
        assert f'value="{ANNA.team}"' in (await browser.get(THEM)).text
    assert (await organisation.read(posts.get, post.id)).state == "cancelled"
    assert await organisation.read(connections.networks_of, [ANNA.id]) == {}
    assert [each.id for each in await organisation.read(people.all_ambassadors)] == [BEN.id]


async def test_an_administrator_signs_a_person_out(organisation: Organisation) -> None:
    """Every session of the person ends, and the administrator's own goes on."""
    async with (
        organisation.signed_in(ANNA.email) as hers,
        organisation.staff("ad@example.org", "administrator") as browser,
    ):
        await submit(browser, THEM, f"{THEM}/sign-out")
        assert (await hers.get("/inbox")).headers["Location"] == "/sign-in"
        assert "Signed out everywhere" in (await browser.get(f"{THEM}?done=signed_out")).text


async def test_who_is_deactivated_has_no_access(organisation: Organisation) -> None:
    """The very next request is refused; activated again, a link lets the person in."""
    async with (
        organisation.signed_in(ANNA.email) as hers,
        organisation.staff("ad@example.org", "administrator") as browser,
    ):
        await submit(browser, THEM, f"{THEM}/deactivate")
        assert (await hers.get("/inbox")).headers["Location"] == "/sign-in"
        assert "Deactivated on 24 November 2026" in (await browser.get(THEM)).text
        assert (await hers.get(await organisation.link_for(ANNA.email))).status_code == 404
        await submit(browser, THEM, f"{THEM}/reactivate")
        assert (await hers.get(await organisation.link_for(ANNA.email))).status_code == 303


async def test_deleting_asks_first_and_deletes(organisation: Organisation) -> None:
    """Looking at the question changes nothing; its button deletes, and says at which networks
    the person has to withdraw the access themselves."""
    await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        question = (await browser.get(f"{THEM}/delete")).text
        assert "Delete Anna de Wit?" in question
        assert (await browser.get(THEM)).status_code == 200
        answer = await submit(browser, f"{THEM}/delete", f"{THEM}/delete")
        assert answer.headers["Location"] == f"{PEOPLE}?done=deleted&kept=linkedin"
        page = (await browser.get(answer.headers["Location"])).text
        assert "At LinkedIn the access could not be withdrawn" in page
        assert ANNA.name not in page
        assert (await browser.get(THEM)).status_code == 404
        told = (await browser.get("/administration/audit")).text
        assert "Deleted somebody" in told
        assert ANNA.id not in told


async def test_administrators_cannot_shut_themselves_out(organisation: Organisation) -> None:
    """Neither by the form nor by the buttons, which their own page does not have."""
    own = f"{PEOPLE}/{ambassador_id('ad@example.org')}"
    fields = {**FORM, "name": "Ad", "email": "ad@example.org"}
    async with organisation.staff("ad@example.org", "administrator") as browser:
        assert "/deactivate" not in (await browser.get(own)).text
        for act in ("deactivate", "delete"):
            assert (await submit(browser, own, f"{own}/{act}")).status_code == 422
        assert (await submit(browser, own, own, **fields)).status_code == 422
        assert (await browser.get(PEOPLE)).status_code == 200


async def test_people_are_for_administrators_alone(organisation: Organisation) -> None:
    """Marketing, recruiters and ambassadors see none of these pages."""
    async with organisation.staff("m@example.org", "marketing", "recruiter") as browser:
        for path in (PEOPLE, f"{PEOPLE}/new", THEM, f"{THEM}/delete"):
            assert (await browser.get(path)).status_code == 403
        assert (await submit(browser, "/profile", f"{THEM}/delete")).status_code == 403
