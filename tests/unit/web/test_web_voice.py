"""One's voice on one page, the question beside a draft, and other suggestions."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.database import schema as tables
from services.identity import link_code
from services.people.store import people
from services.post import Post, PostState
from services.posts.store import posts
from services.voice import voice_profile
from services.voice.learning.learning import Observation
from services.voice.store import own_words, voice_profiles
from services.voice.store.own_words import OwnAnswer
from tests.builders import NOW
from tests.unit.voice.material import told_of_us
from tests.unit.web.organisation import (
    ANNA,
    BEN,
    RECIPE,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)

FORM = {
    "language": "nl",
    "address_form": "u",
    "length": "short",
    "hashtags": "2",
    "also": "yes",
    "avoid": "trots, uniek",
    "opening": "Even uit de praktijk.",
    "ending": "",
    "role": "Sluiswachter",
    "team": "",
    "crafts": "sluizen, beton",
    "topics": "duurzaamheid, leren",
    "region": "Utrecht",
    "since": "2012",
}
ANSWER = "Ik zette een steiger neer, en niemand vroeg van wie"


async def set_by_form(organisation: Organisation, **changes: str) -> httpx.Response:
    async with organisation.signed_in("anna@example.org") as browser:
        return await submit(browser, "/profile/voice", "/profile/voice", **FORM | changes)


async def profile(organisation: Organisation) -> voice_profile.VoiceProfile:
    found = await organisation.read(voice_profile.read, ANNA.id)
    assert isinstance(found, voice_profile.VoiceProfile)
    return found


async def learn_no_hashtags(organisation: Organisation) -> None:
    """Anna took the hashtags out of two posts."""
    for number in (1, 2):
        post = await organisation.post(
            await organisation.campaign(story(story_id=f"s-{number}")), ANNA
        )
        async with organisation.database.write() as transaction:
            seen = [Observation(habit="hashtags"), Observation(habit="word", word="<b>mooie")]
            await voice_profiles.keep_observations(transaction, ANNA.id, post.id, seen, at=NOW)


async def example_post(organisation: Organisation, network: str = "linkedin") -> Post:
    """A draft of Anna's about an example story, with a stand-in for its text."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    return await organisation.post(campaign, ANNA, network)


# --- the page -------------------------------------------------------------------------------------


async def test_everything_is_set_on_one_page(organisation: Organisation) -> None:
    """What was filled in is what drafts follow, and what the page shows the next time."""
    answer = await set_by_form(organisation)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile/voice?saved=yes")
    found = await organisation.read(people.ambassadors_by_id, [ANNA.id])
    anna = found[ANNA.id]
    assert (anna.address_form, anna.length, anna.hashtags) == ("u", "short", 2)
    assert (anna.other_languages, anna.since) == (("en",), 2012)
    assert (anna.avoid, anna.crafts) == (("trots", "uniek"), ("sluizen", "beton"))
    assert anna.topics == ("duurzaamheid", "leren")
    assert (anna.opening, anna.role, anna.team) == ("Even uit de praktijk.", "Sluiswachter", "")
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile/voice?saved=yes")).text
        assert "Bewaard. Je volgende tekst wordt zo geschreven." in page
        assert 'value="trots, uniek"' in page
        assert '<option value="u" selected>' in page
        own = (await browser.get("/profile")).text
    assert "Even uit de praktijk." in own
    assert 'href="/profile/voice"' in own


async def test_an_unchanged_form_sets_nothing(organisation: Organisation) -> None:
    """Pressing save without a change leaves everything as it was imported."""
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile/voice")).text
        fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
        fields |= dict(
            re.findall(r'<select[^>]* name="(\w+)">.*?value="(\w*)" selected', page, re.DOTALL)
        )
        fields.pop("also", None)
        await submit(browser, "/profile/voice", "/profile/voice", **fields)
    assert (await profile(organisation)).by_hand == {}
    assert (await profile(organisation)).person == ANNA


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("opening", "Zie https://example.org", "Een link hoort hier niet"),
        ("ending", "Groet #trots", "Hashtags komen uit het verhaal zelf"),
        ("ending", "Ik werk bij Deltaplan", "Waar je werkt, staat al in elke tekst"),
        ("opening", "x" * 101, "Hooguit 100 tekens"),
        ("hashtags", "9", "Dit kan niet kloppen"),
        ("language", "fr", "Dit kan niet kloppen"),
        ("since", "ooit", "Dit kan niet kloppen"),
        ("avoid", ",".join(f"w{n}" for n in range(60)), "Hooguit 50"),
    ],
)
async def test_a_fault_is_beside_its_field(
    organisation: Organisation, field: str, value: str, sentence: str
) -> None:
    """What cannot be is answered beside the field; what was typed stays, and nothing is set."""
    answer = await set_by_form(organisation, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Sluiswachter" in answer.text
    assert (await profile(organisation)).by_hand == {}


async def test_what_was_learnt_is_visible_and_undoable(organisation: Organisation) -> None:
    """Each lesson says when it was seen; undoing one leaves the others."""
    await learn_no_hashtags(organisation)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile/voice")).text
        assert "Geen hashtags." in page
        assert "Want dat deed je op 24 november 2026 en 24 november 2026." in " ".join(page.split())
        assert "Nooit ‘&lt;b&gt;mooie’." in page
        await submit(browser, "/profile/voice", "/profile/voice/unlearn", habit="hashtags", word="")
        wrong = await submit(browser, "/profile/voice", "/profile/voice/unlearn", habit="all")
    assert wrong.status_code == 422
    assert [lesson.habit for lesson in (await profile(organisation)).lessons] == ["word"]


async def test_the_voice_can_be_downloaded_and_deleted(organisation: Organisation) -> None:
    """The download is JSON with everything; after deletion only the import is left."""
    await set_by_form(organisation)
    await learn_no_hashtags(organisation)
    async with organisation.signed_in("anna@example.org") as browser:
        download = await browser.get("/profile/voice/export")
        assert "attachment" in download.headers["Content-Disposition"]
        exported = json.loads(download.text)
        assert exported["voice"]["avoid"] == ["trots", "uniek", "<b>mooie"]
        assert exported["set_by_hand"]["avoid"] == ["trots", "uniek"]
        assert [each["habit"] for each in exported["learnt"]] == ["hashtags", "word"]
        await submit(browser, "/profile/voice", "/profile/voice/delete")
    after = await profile(organisation)
    assert (after.person, after.by_hand, after.lessons) == (ANNA, {}, ())


async def test_answers_can_be_forgotten(organisation: Organisation) -> None:
    """An answer is listed with its question and can be forgotten; no one forgets another's."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.database.write() as transaction:
        given = OwnAnswer(
            post_id=post.id,
            ambassador_id=ANNA.id,
            prompt="Wat was moeilijk?",
            answer="De kou.",
            answered_at=NOW,
        )
        await own_words.keep_answer(transaction, given)
    forget = f"/profile/voice/answers/{post.id}/forget"
    async with organisation.signed_in("ben@example.org") as browser:
        await submit(browser, "/profile/voice", forget)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile/voice")).text
        assert "Wat was moeilijk?" in page
        assert "De kou." in page
        await submit(browser, "/profile/voice", forget)
        assert "De kou." not in (await browser.get("/profile/voice")).text


# --- the question ---------------------------------------------------------------------------------


async def test_the_question_is_asked(organisation: Organisation) -> None:
    """The card asks one question; a text that was changed on the screen begins with its answer."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    typed = f"Een eigen begin.\n\n{TEXT}"
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "Wanneer ging dit bij jou mis?" in page
        answer = await submit_by_htmx(
            browser, "/inbox", f"/inbox/{post.id}/answer", answer=ANSWER, text=typed
        )
    assert "<html" not in answer.text
    assert "% eigen woorden" in answer.text
    stored = await organisation.read(posts.get, post.id)
    assert stored.text == f"{ANSWER}.\n\nEen eigen begin.\n\n{TEXT}"
    assert (stored.state, stored.original_text) == (PostState.READY, TEXT)
    (kept,) = (await profile(organisation)).answers
    assert kept.prompt == "Wanneer ging dit bij jou mis?"


async def test_another_draft_asks_something_else(organisation: Organisation) -> None:
    """A question that was answered once is not asked again beside the next draft."""
    first = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{first.id}/answer", answer=ANSWER)
        other = await organisation.post(await organisation.campaign(story(story_id="s-2")), ANNA)
        assert (
            "Wat leer jij nieuwe collega’s hierover?"
            in (await browser.get(f"/inbox/{other.id}")).text
        )
        assert "Vervang mijn antwoord" in (await browser.get(f"/inbox/{first.id}")).text


async def test_an_answer_that_does_not_fit_is_not_lost(organisation: Organisation) -> None:
    """Where the text becomes too long for the network, answer and text stay where they were."""
    post = await organisation.post(await organisation.campaign(story()), ANNA, "x")
    typed = "Mijn eigen lange zin. " * 12
    async with organisation.signed_in("anna@example.org") as browser:
        for send in (submit, submit_by_htmx):
            answer = await send(
                browser,
                "/inbox",
                f"/inbox/{post.id}/answer",
                answer=f"{ANSWER}, en daarna nog een hele dag lang",
                text=typed,
            )
            assert answer.status_code == 422
            assert "te lang voor X" in answer.text
            assert f"{ANSWER}, en daarna nog een hele dag lang</textarea>" in answer.text
    assert (await organisation.read(posts.get, post.id)).text == TEXT


# --- suggestions ----------------------------------------------------------------------------------


def choices(page: str) -> list[dict[str, Any]]:
    found = re.findall(
        r'name="variant" value="(\d+)">\s*<input type="hidden" name="sha256" value="(\w+)"', page
    )
    return [{"variant": variant, "sha256": sha256} for variant, sha256 in found]


async def test_other_suggestions_come_when_asked(organisation: Organisation) -> None:
    """Three others, then three more, none twice; a chosen one is the draft."""
    post = await example_post(organisation)
    path = f"/inbox/{post.id}/suggestions"
    async with organisation.signed_in("anna@example.org") as browser:
        assert "Andere teksten" in (await browser.get("/inbox")).text
        first = await submit_by_htmx(browser, "/inbox", path)
        assert "<html" not in first.text
        second = await submit(browser, "/inbox", path)
        assert "<html" in second.text
        shown = [*choices(first.text), *choices(second.text)]
        assert len({each["variant"] for each in shown}) == 6
        assert len({each["sha256"] for each in shown}) == 6
        assert (await organisation.read(posts.get, post.id)).text == TEXT
        await submit(browser, "/inbox", f"/inbox/{post.id}/choose", **shown[4])
        chosen = await organisation.read(posts.get, post.id)
        assert chosen.text == chosen.original_text != TEXT
        assert f"/r/{link_code(post.id)}" in chosen.text
        card = (await browser.get(f"/inbox/{post.id}")).text
        assert "Zet de vorige terug" not in card, "it was no text of ours"
        again = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/choose", **shown[5])
        assert "Zet de vorige terug" in again.text
        assert choices(again.text) == [shown[4]]
        await submit(browser, "/inbox", f"/inbox/{post.id}/choose", **shown[4])
        assert (await organisation.read(posts.get, post.id)).text == chosen.text
        page = (await browser.get(f"/inbox/{post.id}/why")).text
    assert "Gebeurtenis" in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"variant": "1", "sha256": "0"}, 422),
        ({"variant": "-1", "sha256": ""}, 422),
        ({"variant": "٣", "sha256": ""}, 422),
        ({}, 422),
    ],
)
async def test_only_what_was_shown_can_be_chosen(
    organisation: Organisation, fields: dict[str, str], status: int
) -> None:
    """A choice that no page offered is refused, and the draft stays."""
    post = await example_post(organisation)
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/choose", **fields)
    assert answer.status_code == status
    assert (await organisation.read(posts.get, post.id)).text == TEXT


async def test_a_decided_draft_says_so(organisation: Organisation) -> None:
    """Asking for others after the decision is answered by a sentence."""
    post = await example_post(organisation)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/decline")
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/suggestions")
    assert answer.status_code == 422
    assert "Over deze tekst is al beslist." in answer.text


@pytest.mark.parametrize("action", ["answer", "suggestions", "choose"])
async def test_drafts_of_others_have_no_suggestions(
    organisation: Organisation, action: str
) -> None:
    """Whatever one tries with a colleague's draft is 404, as for one that never was."""
    post = await example_post(organisation)
    async with organisation.signed_in(BEN.email) as browser:
        for identity in (post.id, "nothing"):
            answer = await submit(
                browser, "/inbox", f"/inbox/{identity}/{action}", answer="x", variant="1"
            )
            assert answer.status_code == 404
    assert (await organisation.read(posts.get, post.id)).text == TEXT


async def test_why_shows_what_was_changed(organisation: Organisation) -> None:
    """The page behind "Why this text?" shows each word that was taken out or put in, and the share."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    changed = TEXT.replace("Drie", "Vier")
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/edit", text=changed)
        page = (await browser.get(f"/inbox/{post.id}/why")).text
    assert "<del>Drie</del><ins>Vier</ins>" in page
    assert "% hiervan zijn je eigen woorden." in page


async def test_who_has_no_text_is_asked_and_the_answer_makes_the_post(
    organisation: Organisation,
) -> None:
    """The card says why, shows the passage and the question, and refuses to share nothing."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    post = await organisation.post(campaign, ANNA, text="")
    asked = {**RECIPE, "why": "capacity", "layout": ""}
    async with organisation.database.write() as transaction:
        await transaction.execute(
            tables.posts.update().where(tables.posts.c.id == post.id).values(recipe=asked)
        )
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "Alle teksten hierover zijn vergeven" in page
        assert "Toen belde hij." in page
        assert "Wanneer ging dit bij jou mis?" in page
        assert "Waarom deze vraag?" in page
        assert "Waarom deze tekst?" not in (await browser.get(f"/inbox/{post.id}/why")).text
        refused = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text="")
        assert refused.status_code == 422
        assert "De tekst is leeg." in refused.text
        await submit(browser, "/inbox", f"/inbox/{post.id}/answer", answer=ANSWER)
        page = (await browser.get("/inbox")).text
        assert ANSWER in page
        assert "Waarom deze tekst?" in page
        assert (await browser.get(f"/inbox/{post.id}/why")).status_code == 200
    made = await organisation.read(posts.get, post.id)
    assert made.text.startswith(f"{ANSWER}.\n\n")
    assert "Deltaplan" in made.text
    assert f"/r/{link_code(post.id)}" in made.text
    assert made.original_text


@pytest.mark.parametrize("url", ["https://example.org/sluisdeur", None])
async def test_the_source_can_be_read_before_answering(
    organisation: Organisation, url: str | None
) -> None:
    """On the card, and at its address where it has one."""
    told = story(url=url)
    await organisation.post(await organisation.campaign(told), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
    assert "Lees het eerst" in page
    assert (f'href="{url}"' in page) is (url is not None)
    assert told.body.split(".")[0] in page


async def test_an_answer_in_two_parts_is_one_text(organisation: Organisation) -> None:
    """What it is about comes first, then the person's own part; both stay in their own fields, refused or
    answered, here and beside the other network."""
    about = await organisation.campaign(story())
    post = await organisation.post(about, ANNA, "x")
    other = await organisation.post(about, ANNA)
    opening = "Waarom vraagt iemand dat?"
    async with organisation.database.write() as transaction:
        asked = {**RECIPE, "opening": opening}
        await transaction.execute(tables.posts.update().values(recipe=asked))
    parts = {"opening": "Op onze werf lasten we een sluisdeur", "answer": ANSWER}
    path = f"/inbox/{post.id}/answer"
    async with organisation.signed_in("anna@example.org") as browser:
        assert opening in (await browser.get(f"/inbox/{post.id}")).text
        refused = await submit(browser, "/inbox", path, **parts, text="Mijn eigen lange zin. " * 12)
        assert refused.status_code == 422
        for part in parts.values():
            assert f"{part}</textarea>" in refused.text
        await submit(browser, "/inbox", path, **parts, text=TEXT)
        pages = [(await browser.get(f"/inbox/{each.id}")).text for each in (post, other)]
    whole = f"{parts['opening']}. {ANSWER}."
    assert (await organisation.read(posts.get, post.id)).text.startswith(whole)
    for page in pages:
        assert 'name="opening"' in page
        for part in parts.values():
            assert f"\n{part}.</textarea>" in page
    (kept,) = (await profile(organisation)).answers
    assert kept.answer == whole


async def test_an_answer_that_leans_is_asked_about(organisation: Organisation) -> None:
    """The card shows question, answer and what a stranger misses; sent once more, it is the post."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    post = await organisation.post(campaign, ANNA)
    answer = f"/inbox/{post.id}/answer"
    async with organisation.signed_in("anna@example.org") as browser:
        shown = await submit_by_htmx(
            browser, "/inbox", answer, answer="Ze belden ons alle vijf om het uur."
        )
        assert "Wanneer ging dit bij jou mis?" in shown.text
        assert "“Ze”: wie is dat?" in shown.text
        assert "Ze belden ons alle vijf om het uur.</textarea>" in shown.text
        assert "Je antwoord is bewaard." in shown.text
        assert (await organisation.read(posts.get, post.id)).text == ""
        assert (await browser.get(f"/inbox/{post.id}/why")).status_code == 200
        shown = await submit_by_htmx(
            browser, "/inbox", answer, answer="Ze belden ons alle vijf om het uur."
        )
    assert "wie is dat?" not in shown.text
    made = await organisation.read(posts.get, post.id)
    assert made.text.startswith("Ze belden ons alle vijf om het uur.\n\n")


async def test_what_leans_keeps_its_two_fields(organisation: Organisation) -> None:
    """Where the post waits for what a stranger misses, or for more than a few words, each field holds what
    was typed in it."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    post = await organisation.post(campaign, ANNA)
    parts = {"opening": "Onze lijn", "answer": "Het ging mis."}
    async with organisation.signed_in("anna@example.org") as browser:
        shown = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/answer", **parts)
    assert "Je antwoord is bewaard." in shown.text
    assert "Onze lijn.</textarea>" in shown.text
    assert "\nHet ging mis.</textarea>" in shown.text
    assert (await organisation.read(posts.get, post.id)).text == ""


async def test_an_answer_is_offered_again_beside_the_other_network(
    organisation: Organisation,
) -> None:
    """A person who answered for LinkedIn finds it in the box for X, and nothing is done with it."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    first = await organisation.post(campaign, ANNA)
    other = await organisation.post(campaign, ANNA, "x")
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{first.id}/answer", answer=ANSWER)
        page = (await browser.get(f"/inbox/{other.id}")).text
        assert f"{ANSWER}.</textarea>" in page
        assert (await organisation.read(posts.get, other.id)).text == TEXT
        made = (await organisation.read(posts.get, first.id)).text
        later = "Op 3 mei belden ze ons alle vijf"
        for change in ("edit", "measure"):
            organisation.clock += timedelta(minutes=1)
            later += " nog eens"
            changed = made.replace(f"{ANSWER}.", f"{later}.")
            await submit(browser, "/inbox", f"/inbox/{first.id}/{change}", text=changed)
            page = (await browser.get(f"/inbox/{other.id}")).text
            assert f"{later}.</textarea>" in page, "as it stands there by now"
            assert ANSWER not in page
        await submit(browser, "/inbox", f"/inbox/{first.id}/measure", text=f"Anders. {made[40:]}")
        assert ANSWER not in (await browser.get(f"/inbox/{other.id}")).text


async def test_the_latest_answer_is_in_the_box(organisation: Organisation) -> None:
    """Where the answer for LinkedIn was replaced after the one for X, X's card says so and offers it."""
    campaign = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    first = await organisation.post(campaign, ANNA)
    other = await organisation.post(campaign, ANNA, "x")
    later = "Op 3 mei belden wij de klant om acht uur terug."
    async with organisation.signed_in("anna@example.org") as browser:
        for post, given in ((first, ANSWER), (other, ANSWER), (first, later)):
            organisation.clock += timedelta(minutes=1)
            await submit(browser, "/inbox", f"/inbox/{post.id}/answer", answer=given)
        page = (await browser.get(f"/inbox/{other.id}")).text
        assert f"{later}</textarea>" in page
        assert "Je hebt je antwoord intussen veranderd." in page
        assert "veranderd." not in (await browser.get(f"/inbox/{first.id}")).text
    assert (await organisation.read(posts.get, other.id)).text.startswith(ANSWER)
