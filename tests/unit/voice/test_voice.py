"""The voice around a draft: what edits teach, one's own answer, and other suggestions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.rules import OURS
from services.accounts.store import connections
from services.campaigns.start_campaign import start_campaigns
from services.database import audit
from services.database import schema as tables
from services.database.engine import Database
from services.errors import Rejected
from services.events.outgoing import PostApproved, ShareRequested
from services.people.rules.disclosure import discloses
from services.people.store import people
from services.post import Post, PostState, text_sha256
from services.posts import decide
from services.posts.answer_prompt import answer_prompt
from services.posts.decide import learn_from_edits
from services.posts.own_post import own_post
from services.posts.store import posts
from services.posts.suggest import Suggester
from services.posts.write_drafts import DraftWriter
from services.text.network_text import measure_text
from services.voice import voice_profile
from services.voice.current_templates import CurrentTemplates
from services.voice.store import own_words
from tests.builders import NOW, ambassador, connection, fact, our_templates, story
from tests.unit.voice.material import told_of_us

#: Something in common with each example story.
CRAFTS = ("storingen", "netplanning", "constructie")
ANNA = ambassador(1, length="long", crafts=CRAFTS)
ANSWER = "Ik zette een steiger neer, en niemand vroeg van wie hij was"


def short_link(code: str) -> str:
    return f"https://go.example.org/r/{code}"


class Voices:
    """Ambassadors with drafts of their own about the example stories, as the worker writes them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.writer = DraftWriter(CurrentTemplates(our_templates()), short_link=short_link)
        self.suggester = Suggester(CurrentTemplates(our_templates()), short_link=short_link)

    async def draft(self, name: str = "nl-de-stille-lijn", network: str = "linkedin") -> Post:
        """Anna's draft about an example story."""
        content = told_of_us(name)
        async with self.database.write() as transaction:
            statements = await start_campaigns(transaction, [fact(content)], NOW)
            requests = [
                fact(ShareRequested.model_validate(each.event.data))
                for each in statements
                if each.event.type == "share.requested"
            ]
            ready = await self.writer.write_drafts(transaction, requests, NOW)
            found = [await posts.get(transaction, each.event.data["post_id"]) for each in ready]
        return next(
            each
            for each in found
            if each and each.ambassador_id == ANNA.id and each.network == network
        )

    async def post(self, post: Post) -> Post:
        async with self.database.read() as transaction:
            found = await posts.get(transaction, post.id)
        assert found is not None
        return found

    async def approve(self, post: Post, text: str, *, days: int = 0) -> None:
        """Approve ``text``, and let the processor hear of it."""
        now = NOW + timedelta(days=days)
        async with self.database.write() as transaction:
            approved = await decide.approve(
                transaction, await own_post(transaction, post.id, ANNA.id), text=text, now=now
            )
        await self.hear(approved, days=days)

    async def hear(self, approved: Post, *, days: int = 0, digest: str = "") -> None:
        event = PostApproved(
            post_id=approved.id,
            campaign_id=approved.campaign_id,
            ambassador_id=approved.ambassador_id,
            network=approved.network,
            text_sha256=digest or text_sha256(approved.text),
            approved_at=NOW + timedelta(days=days),
            publish_at=NOW,
        )
        async with self.database.write() as transaction:
            assert await learn_from_edits(transaction, [fact(event)], NOW) == []

    async def profile(self) -> voice_profile.VoiceProfile:
        async with self.database.read() as transaction:
            return await voice_profile.read(transaction, ANNA.id)

    async def save(self, **fields: Any) -> None:
        async with self.database.write() as transaction:
            await voice_profile.save(transaction, ANNA.id, fields, now=NOW)

    async def share_of(self, post: Post) -> float | None:
        async with self.database.write() as transaction:
            await transaction.execute(
                tables.posts.update().where(tables.posts.c.id == post.id).values(state="published")
            )
            return (await own_words.in_published(transaction)).share

    async def answer(self, post: Post, answer: str, text: str = "") -> Post:
        async with self.database.write() as transaction:
            return await answer_prompt(
                transaction,
                self.suggester,
                post_id=post.id,
                ambassador_id=ANNA.id,
                prompt="Wat was moeilijker dan gedacht?",
                answer=answer,
                text=text or post.text,
                now=NOW,
            )

    async def suggest(self, post: Post) -> list[Any]:
        async with self.database.write() as transaction:
            return await self.suggester.suggest(transaction, post_id=post.id, ambassador_id=ANNA.id)

    async def choose(self, post: Post, draft: Any, sha256: str = "") -> Post:
        async with self.database.write() as transaction:
            return await self.suggester.choose(
                transaction,
                post_id=post.id,
                ambassador_id=ANNA.id,
                variant=draft.recipe["variant"],
                sha256=sha256 or text_sha256(draft.text),
                now=NOW,
            )


@pytest.fixture
async def voices(database: Database) -> Voices:
    async with database.write() as transaction:
        others = (ambassador(number, crafts=CRAFTS) for number in range(2, 8))
        everybody = [ANNA, *others]
        await people.save_ambassadors(transaction, everybody, now=NOW)
        for network in ("linkedin", "x"):
            await connections.save(transaction, connection(ANNA, network))
    return Voices(database)


def without_hashtags(text: str) -> str:
    return re.sub(r"\s*#\w+", "", text)


# --- learning -------------------------------------------------------------------------------------


async def test_what_happened_twice_changes_the_next_draft(voices: Voices) -> None:
    """After hashtags were removed from two posts the next draft has none; after one it still has."""
    await voices.save(hashtags=2)
    for number, name in enumerate(("nl-de-stille-lijn", "nl-het-model-zat-ernaast")):
        post = await voices.draft(name)
        assert without_hashtags(post.text) != post.text
        assert (await voices.profile()).person.hashtags == 2
        await voices.approve(post, without_hashtags(post.text), days=number)
    profile = await voices.profile()
    (lesson,) = profile.lessons
    assert (lesson.habit, lesson.dates) == ("hashtags", (NOW, NOW + timedelta(days=1)))
    assert profile.person == replace(ANNA, hashtags=0)
    third = await voices.draft("nl-de-mof-van-hengelo")
    assert without_hashtags(third.text) == third.text


async def test_a_lesson_is_undone_by_a_button_and_by_hand(voices: Voices) -> None:
    """Undoing gives back what was; so does setting the field, whatever the edits say."""
    await voices.save(hashtags=2)
    names = ("nl-de-stille-lijn", "nl-het-model-zat-ernaast")
    drafts = [await voices.draft(name) for name in names]
    for post in drafts:
        await voices.approve(post, without_hashtags(post.text))
    await voices.save(hashtags=1)
    profile = await voices.profile()
    assert (profile.person.hashtags, profile.lessons) == (1, ())
    for post in drafts:
        await voices.hear(await voices.post(post))
    assert (await voices.profile()).person.hashtags == 0
    async with voices.database.write() as transaction:
        await voice_profile.undo(transaction, ANNA.id, "hashtags", "", now=NOW)
    assert (await voices.profile()).person.hashtags == 1


async def test_a_redelivered_approval_teaches_nothing_more(voices: Voices) -> None:
    """However often one approval is heard, it stays one post."""
    post = await voices.draft()
    await voices.approve(post, without_hashtags(post.text))
    for _ in range(3):
        await voices.hear(await voices.post(post))
    assert (await voices.profile()).lessons == ()


async def test_an_outdated_approval_is_left_alone(voices: Voices) -> None:
    """What was taken back and changed since is measured at its next approval only."""
    post = await voices.draft()
    await voices.hear(post, digest=text_sha256("an earlier text"))
    assert await voices.share_of(post) == 0
    async with voices.database.read() as transaction:
        assert (await own_words.in_published(transaction)).posts == 0


async def test_the_share_of_own_words_is_stored_on_approval(voices: Voices) -> None:
    """An answered and approved post counts the answer's words among those of the final text."""
    post = await voices.answer(await voices.draft(), ANSWER)
    await voices.approve(post, post.text)
    share = await voices.share_of(post)
    words = len(ANSWER.split())
    assert share is not None
    assert 0.05 < share < 0.7
    assert share == pytest.approx(words / (words + len(post.original_text.split())), rel=0.2)


# --- the profile ----------------------------------------------------------------------------------


async def test_only_what_was_changed_is_set_by_hand(voices: Voices) -> None:
    """Saving the form as it is sets nothing; the organisation's data still come in elsewhere."""
    profile = await voices.profile()
    same = {name: getattr(profile.person, name) for name in voice_profile.OWN_FIELDS}
    await voices.save(**same)
    assert (await voices.profile()).by_hand == {}
    await voices.save(**same | {"avoid": ("trots",), "hashtags": 1})
    assert (await voices.profile()).by_hand == {"avoid": ["trots"], "hashtags": 1}
    async with voices.database.read() as transaction:
        (entry,) = await audit.of(transaction, ANNA.id)
        assert entry.detail == {"fields": ["avoid", "hashtags"]}


async def test_the_profile_is_what_drafts_follow(voices: Voices) -> None:
    """Own lines, hashtags and words to avoid of the page are in the next draft, and why."""
    await voices.save(opening="Even uit de praktijk.", hashtags=0, avoid=("collega",))
    post = await voices.draft()
    assert post.text.startswith("Even uit de praktijk.\n\n")
    assert "#" not in post.text.replace(short_link(post.link_code), "")
    assert "collega " not in post.text.casefold()
    async with voices.database.read() as transaction:
        recipe = (await posts.by_ids(transaction, [post.id]))[post.id].recipe
    assert recipe["profile"]["opening"] == "Even uit de praktijk."


async def test_everything_can_be_taken_along_and_deleted(voices: Voices) -> None:
    """The export holds settings, lessons and answers; after deletion it holds what was imported."""
    await voices.save(hashtags=2)
    for name in ("nl-de-stille-lijn", "nl-het-model-zat-ernaast"):
        post = await voices.draft(name)
        answered = await voices.answer(post, ANSWER)
        await voices.approve(answered, without_hashtags(answered.text))
    await voices.save(opening="Even dit.")
    exported = voice_profile.export(await voices.profile())
    assert exported["set_by_hand"] == {"hashtags": 2, "opening": "Even dit."}
    assert [each["habit"] for each in exported["learnt"]] == ["hashtags"]
    assert [each["answer"] for each in exported["answers"]] == [f"{ANSWER}."] * 2
    async with voices.database.write() as transaction:
        await voice_profile.delete(transaction, ANNA.id, now=NOW)
    profile = await voices.profile()
    assert (profile.person, profile.by_hand) == (ANNA, {})
    assert (profile.lessons, profile.answers) == ((), [])
    assert ANSWER in (await voices.post(post)).text


async def test_a_stranger_has_no_voice(voices: Voices) -> None:
    """Somebody who is no ambassador is told so."""
    async with voices.database.read() as transaction:
        with pytest.raises(Rejected, match="not an ambassador"):
            await voice_profile.read(transaction, "nobody")


# --- the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["linkedin", "x"])
async def test_an_answer_is_in_the_text_word_for_word(voices: Voices, network: str) -> None:
    """The answer opens the post, which is built around it and fits; disclosure and link stay; the answer is kept."""
    post = await voices.draft(network=network)
    answered = await voices.answer(post, ANSWER)
    assert answered.text.startswith(f"{ANSWER}.\n\n")
    assert measure_text(OURS[network], answered.text).valid
    assert short_link(post.link_code) in answered.text
    assert "Deltaplan" in answered.text
    assert answered.text == f"{ANSWER}.\n\n{answered.original_text}"
    (kept,) = (await voices.profile()).answers
    assert (kept.answer, kept.prompt) == (f"{ANSWER}.", "Wat was moeilijker dan gedacht?")
    again = await voices.answer(
        answered, "Wij belden een dag te laat, en dat zeg ik nu tegen iedere leerling."
    )
    assert ANSWER not in again.text
    assert "Wij belden een dag te laat, en dat zeg ik nu tegen iedere leerling." in again.text


async def test_an_answer_that_leans_waits(voices: Voices) -> None:
    """It is kept, and its post held for the question that names what is missing; then the text is theirs."""
    post = await voices.answer(await voices.draft(), ANSWER)
    held = await voices.answer(post, "Die steiger ja, daar weet ik alles van.")
    assert held.text == ""
    (kept,) = (await voices.profile()).answers
    assert kept.answer == "Die steiger ja, daar weet ik alles van."
    async with voices.database.read() as transaction:
        recipe = (await posts.by_ids(transaction, [post.id]))[post.id].recipe
    assert recipe["unclear"].startswith("“Die steiger”: wat is dat?")
    assert kept.answer not in {draft.text.split("\n\n")[0] for draft in await voices.suggest(held)}
    assert (await voices.answer(held, ANSWER)).text.startswith(f"{ANSWER}.\n\n")


async def test_an_answer_is_asked_about_once(voices: Voices) -> None:
    """Sent once more it is taken; the other texts then begin with it too."""
    unclear = "Die steiger ja, daar weet ik alles van."
    held = await voices.answer(await voices.draft(), unclear)
    taken = await voices.answer(held, unclear)
    assert taken.text.startswith(f"{unclear}\n\n")
    assert all(draft.text.startswith(unclear) for draft in await voices.suggest(taken))


async def test_what_was_typed_meanwhile_is_kept(voices: Voices) -> None:
    """A text that was changed on the screen is not built anew: it begins with the answer."""
    post = await voices.draft()
    typed = post.text.replace("\n\n", "\n\nMijn eigen alinea.\n\n", 1)
    answered = await voices.answer(post, ANSWER, text=typed)
    assert answered.text == f"{ANSWER}.\n\n{typed}"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [(" \n ", "the answer is empty"), ("a" * 1001, "2 characters too long"), ("\x07", "is empty")],
)
async def test_an_answer_that_cannot_be_used(voices: Voices, answer: str, fault: str) -> None:
    """An empty or endless answer is refused in a sentence, and nothing changes."""
    post = await voices.draft()
    with pytest.raises(Rejected, match=fault):
        await voices.answer(post, answer)
    assert (await voices.post(post)).text == post.text
    assert (await voices.profile()).answers == []


# --- suggestions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["linkedin", "x"])
async def test_three_others_and_another_three(voices: Voices, network: str) -> None:
    """Two rounds give six texts, unlike each other and the draft; none of them is stored."""
    post = await voices.draft(network=network)
    shown = [*await voices.suggest(post), *await voices.suggest(post)]
    assert len(shown) == 6
    assert len({post.text, *(draft.text for draft in shown)}) == 7
    assert await voices.post(post) == post


async def test_a_chosen_suggestion_is_the_draft(voices: Voices) -> None:
    """Text, original, angle and recipe become the suggestion's; an approval finds nothing edited. The text
    before can be had again, unless its person had changed it."""
    post = await voices.draft()
    draft = (await voices.suggest(post))[1]
    chosen = await voices.choose(post, draft)
    assert (chosen.text, chosen.original_text) == (draft.text, draft.text)
    assert (chosen.angle, chosen.overlap) == (draft.relation, draft.overlap)
    async with voices.database.read() as transaction:
        recipe = (await posts.by_ids(transaction, [post.id]))[post.id].recipe
        before = recipe.pop("before")
        assert recipe == draft.recipe
        assert [entry.action for entry in await audit.of(transaction, post.id)] == ["post.replaced"]
    first = replace(draft, recipe={"variant": before["variant"]})
    back = await voices.choose(chosen, first, sha256=before["sha256"])
    assert (back.text, back.original_text) == (post.text, post.original_text)
    chosen = await voices.choose(back, draft)
    await voices.approve(chosen, chosen.text)
    assert await voices.share_of(chosen) == 0


async def test_an_answer_survives_another_text(voices: Voices) -> None:
    """Who answered the question and then takes another text keeps the answer in it."""
    post = await voices.answer(await voices.draft(), ANSWER)
    chosen = await voices.choose(post, (await voices.suggest(post))[0])
    assert f"{ANSWER}." in chosen.text.split("\n\n")
    assert ANSWER not in chosen.original_text


async def test_what_was_not_shown_cannot_be_chosen(voices: Voices) -> None:
    """A variant beyond those shown, or a text that is not the one shown, is refused."""
    post = await voices.draft()
    draft = (await voices.suggest(post))[0]
    with pytest.raises(Rejected, match="has changed meanwhile"):
        await voices.choose(post, draft, sha256="0" * 64)
    later = replace(draft, recipe={**draft.recipe, "variant": 99})
    with pytest.raises(Rejected, match="no such suggestion"):
        await voices.choose(post, later)
    await voices.save(opening="Even dit.")
    with pytest.raises(Rejected, match="has changed meanwhile"):
        await voices.choose(post, draft)
    assert await voices.post(post) == post


async def test_a_decided_draft_has_no_others(voices: Voices) -> None:
    """After the decision there is nothing to suggest or to choose."""
    post = await voices.draft()
    draft = (await voices.suggest(post))[0]
    await voices.approve(post, post.text)
    with pytest.raises(Rejected, match="decided already"):
        await voices.suggest(post)
    with pytest.raises(Rejected, match="decided already"):
        await voices.choose(post, draft)
    async with voices.database.read() as transaction:
        found = await posts.get(transaction, post.id)
    assert found is not None
    assert (found.state, found.text) == (PostState.APPROVED, post.text)


async def test_a_story_in_ones_other_language(voices: Voices) -> None:
    """A person who also writes English gets English about an English story, and may choose from it."""
    await voices.save(other_languages=("en",))
    content = story(
        "en-1",
        language="en",
        title="The lock that lied",
        body="For three weeks our lock gate in Utrecht stood in the yard. Then a skipper called us about it. "
        "Nobody had measured the old hinge before we ordered steel.",
        topics=["constructie"],
        passages=(
            "Nobody had measured the old hinge of our lock gate before we ordered the steel for it.",
        ),
    )
    async with voices.database.write() as transaction:
        statements = await start_campaigns(transaction, [fact(content)], NOW)
        requests = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in statements
            if each.event.type == "share.requested"
        ]
        await voices.writer.write_drafts(transaction, requests, NOW)
        found = await posts.of_ambassador(transaction, ANNA.id)
    assert found
    assert {post.language for post in found} == {"en"}
    told = [post.text for post in found if post.text]
    assert told
    assert all(discloses(text, employer="Deltaplan") for text in told)
