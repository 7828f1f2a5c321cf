"""Every draft keeps the promises of its person, its network and its source."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from services.domain.emoji_sequences import EMOJI
from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice import (
    Composer,
    Draft,
    NoDraft,
    OverlapGuard,
    PostTemplates,
    Sources,
    check_supported,
)
from services.errors import Rejected
from services.events.incoming import StoryApproved
from tests.builders import ambassador, story, vacancy
from tests.unit.voice.material import (
    EXAMPLES,
    Content,
    compose_all,
    crowd,
    example_content,
    example_people,
    link_of,
    request,
)

NAMES = sorted(example_content())
STORIES = {n: c for n, c in example_content().items() if isinstance(c, StoryApproved)}
STATES_EMPLOYER = re.compile(r"\b(?:ik werk bij|i work at) Zwaan\b", re.IGNORECASE)


def text_of(content: Content) -> str:
    return json.dumps(content.model_dump(mode="json"), ensure_ascii=False)


def sentences(draft: Draft, title: str) -> set[str]:
    """As the promise counts them: title, link, hashtags and disclosure aside."""
    prose = re.sub(r"https?://\S+|#\w+", " ", draft.text).replace(f"“{title}”", " ")
    found = set()
    for piece in re.split(r"(?<=[.!?])[”’)]*\s+|\n+", prose):
        words = re.findall(r"[^\W_]+", piece.casefold())
        if words and not STATES_EMPLOYER.search(piece):
            found.add(" ".join(words))
    return found


def grams(draft: Draft) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", re.sub(r"https?://\S+|#\w+", " ", draft.text).casefold())
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


@pytest.mark.parametrize("name", NAMES)
def test_the_example_organisation_gets_its_drafts(composer: Composer, name: str) -> None:
    """Nearly everybody gets a text on both networks, at least twelve of them, all different."""
    content = example_content()[name]
    people = [person for person in example_people() if person.language == content.language]
    drafts, refused = compose_all(composer, content, people)
    assert len(refused) <= len(people) * 2 * 0.1
    assert len({draft.text for _, draft in drafts}) == len(drafts) >= 12


@pytest.mark.parametrize("network", ["linkedin", "x", "mastodon"])
@pytest.mark.parametrize("name", NAMES)
def test_fifty_share_no_sentence(composer: Composer, name: str, network: str) -> None:
    """At fifty ambassadors no sentence is shared and no overlap is above 0.20."""
    content = example_content()[name]
    people = list(crowd(50, content.language))
    drafts, refused = compose_all(composer, content, people, (network,))
    assert len(refused) <= 3
    counts = Counter(s for _, draft in drafts for s in sentences(draft, content.title))
    assert max(counts.values()) == 1, counts.most_common(3)
    pairs = combinations([grams(draft) for _, draft in drafts], 2)
    assert max(len(a & b) / len(a | b) for a, b in pairs) <= 0.20


@pytest.mark.parametrize("network", ["linkedin", "x"])
@pytest.mark.parametrize("name", ["nl-de-mof-van-hengelo", "en-data-engineer"])
def test_a_thousand_share_a_sentence_at_most_twice(
    composer: Composer, name: str, network: str
) -> None:
    """At a thousand a sentence stands in two drafts at most, and the guard's figures are true."""
    content = example_content()[name]
    drafts, refused = compose_all(
        composer, content, list(crowd(1000, content.language)), (network,)
    )
    assert len(refused) <= 100
    counts = Counter(s for _, draft in drafts for s in sentences(draft, content.title))
    assert max(counts.values()) <= 2, counts.most_common(3)
    sample = [grams(draft) for _, draft in drafts[::7]]
    overlaps = sorted(len(a & b) / len(a | b) for a, b in combinations(sample, 2))
    assert overlaps[-1] <= 0.30
    assert overlaps[len(overlaps) // 2] <= 0.03


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_keeps_every_promise(composer: Composer, name: str) -> None:
    """Limits, one link, one disclosure, hashtags, emoji, address, and nothing unsupported."""
    content = example_content()[name]
    sources = Sources([text_of(content), "reageren t/m apply by", "Zwaan", "januari February"])
    for person, draft in compose_all(composer, content, [*crowd(40, "nl"), *crowd(40, "en")])[0]:
        text = draft.text
        assert measure_text(OURS[draft.network], text).valid
        assert text.count(link_of(person, draft.network)) == text.count("http") == 1
        assert len(STATES_EMPLOYER.findall(text)) == 1
        hashtags = re.findall(r"(?<!\S)#\w+", text)
        assert len(hashtags) == len(set(hashtags)) <= 3
        emoji = EMOJI.findall(text)
        assert len(set(emoji)) == len(emoji) <= person.emoji
        assert "!" not in text
        assert "  " not in text
        assert draft.language == person.language
        own = re.sub(r"“[^”]*”", " ", text)
        if person.language == "nl":
            wrong = (
                r"\b(?:je|jij|jou|jouw|jullie)\b" if person.address_form == "u" else r"\b[Uu]w?\b"
            )
            assert not re.search(wrong, own), text
        assert not re.search(r"\b(\w+) \1\b", own, re.IGNORECASE), text
        profile = (person.role, person.role.lower(), person.team, person.region, str(person.since))
        unsupported = check_supported(
            text, sources, profile=(*profile, *person.crafts), language=draft.language
        )
        months = [found for found in unsupported if not re.search(r"January|December", found)]
        assert [found for found in months if not found.startswith("the number")] == [], text


@pytest.mark.parametrize("name", NAMES)
def test_another_language_is_never_mixed_in(composer: Composer, name: str) -> None:
    """Whoever writes in another language shares a vacancy's title and terms, and no story."""
    content = example_content()[name]
    other = "en" if content.language == "nl" else "nl"
    drafts, refused = compose_all(composer, content, list(crowd(30, other)))
    if isinstance(content, StoryApproved):
        assert drafts == []
        assert set(refused) == {"the story is in a language that this person does not write in"}
    else:
        assert len(drafts) > 50
    for _, draft in drafts:
        assert draft.language == other
        assert draft.recipe["facts"] == []


def test_the_same_request_gives_the_same_bytes_whoever_else_wrote(templates: PostTemplates) -> None:
    """A text does not depend on the guard, on other drafts, or on the order of composing."""
    content = example_content()["nl-de-mof-van-hengelo"]
    people = list(crowd(30, "nl"))
    drafts, _ = compose_all(Composer(templates), content, people)
    fresh = Composer(templates)
    for person, draft in reversed(drafts):
        again = fresh.compose(
            request(
                content,
                person,
                network=draft.network,
                rank=people.index(person),
                variant=draft.recipe["variant"],
            ),
            OverlapGuard(),
        )
        assert (again.text, again.recipe) == (draft.text, draft.recipe)


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    """Nothing rests on Python's randomised hashing."""
    program = (
        "from tests.unit.voice.material import *;"
        "from services.domain.voice import PostTemplates;"
        "content = example_content()['en-data-engineer'];"
        "composer = Composer(PostTemplates.load());"
        "drafts, _ = compose_all(composer, content, list(crowd(40, 'en')));"
        "print(hashlib.sha256(repr([(d.text, d.overlap) for _, d in drafts]).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(EXAMPLES.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_seed_rank_network_and_suggestion_each_make_another_text(composer: Composer) -> None:
    """Three suggestions on two networks for two ranks and two seeds are all different."""
    content = example_content()["nl-de-stille-lijn"]
    person = next(crowd(1, "nl"))
    texts = {
        composer.compose(
            request(content, person, network=network, rank=rank, seed=seed, variant=variant),
            OverlapGuard(),
        ).text
        for network in ("linkedin", "x")
        for rank in (0, 1)
        for seed in (1, 2)
        for variant in range(3)
    }
    assert len(texts) == 24


def test_three_suggestions_look_from_three_angles(composer: Composer) -> None:
    """Suggestions for the same person differ in angle as well as in words."""
    content = example_content()["nl-de-stille-lijn"]
    person = next(crowd(1, "nl"))
    drafts = [
        composer.compose(request(content, person, variant=variant), OverlapGuard())
        for variant in range(3)
    ]
    assert len({draft.angle for draft in drafts}) >= 2
    assert all(not sentences(a, "") & sentences(b, "") for a, b in combinations(drafts, 2))


def test_the_recipe_says_why(composer: Composer) -> None:
    """The recipe is JSON and holds the facts with their source, clauses, version, rank and seed."""
    content = example_content()["nl-de-mof-van-hengelo"]
    draft = composer.compose(request(content, next(crowd(1, "nl")), rank=4), OverlapGuard())
    recipe = json.loads(json.dumps(draft.recipe))
    assert (recipe["rank"], recipe["seed"], recipe["network"]) == (4, 7, "linkedin")
    assert recipe["template_version"] == draft.template_version
    assert recipe["facts"][0]["source"] in " ".join(content.model_dump()["body"].split())
    assert recipe["facts"][0]["text"].rstrip(".") in draft.text
    assert set(recipe["clauses"]) >= {"hook", "ask", "disclosure"}


def test_the_length_of_a_text_follows_the_person(composer: Composer) -> None:
    """Short is shorter than medium, and medium shorter than long."""
    content = example_content()["nl-de-mof-van-hengelo"]
    person = next(crowd(1, "nl"))
    short, medium, long = (
        len(composer.compose(request(content, replace(person, length=length)), OverlapGuard()).text)
        for length in ("short", "medium", "long")
    )
    assert short < medium < long


def test_the_first_two_hundred_characters_say_what_it_is_about(composer: Composer) -> None:
    """On LinkedIn a quotation or the title begins before "see more"."""
    for name in NAMES:
        content = example_content()[name]
        for _, draft in compose_all(
            composer, content, list(crowd(40, content.language)), ("linkedin",)
        )[0]:
            assert "“" in draft.text[:200], draft.text


@pytest.mark.parametrize("name", sorted(STORIES))
def test_a_story_is_named_and_asked_about_once(composer: Composer, name: str) -> None:
    """On LinkedIn a story's title or a topic of it stands in a sentence; there is one question."""
    content = STORIES[name]
    for _, draft in compose_all(
        composer, content, list(crowd(60, content.language)), ("linkedin",)
    )[0]:
        own = re.sub(r"“[^”]*”|#\w+", " ", draft.text.replace(f"“{content.title}”", "TITLE"))
        about = "|".join(["TITLE", *map(re.escape, content.topics)])
        assert re.search(rf"\b(?:{about})\b", own), draft.text
        assert own.count("?") == 1, draft.text


def test_a_refusal_says_why(composer: Composer) -> None:
    """When a text is too much like another there is no draft, but a sentence and a remedy."""
    content = example_content()["nl-de-mof-van-hengelo"]
    asked = request(content, next(crowd(1, "nl")))
    guard = OverlapGuard()
    guard.add("first", composer.compose(asked, guard).text)
    with pytest.raises(NoDraft, match="too much like another post") as refusal:
        composer.compose(asked, guard)
    assert refusal.value.remedy


def test_an_unknown_network_is_refused(composer: Composer) -> None:
    """A network without rules is named."""
    with pytest.raises(Rejected, match="bluesky"):
        composer.compose(request(story(), ambassador(), network="bluesky"), OverlapGuard())


def test_an_organisation_by_another_name(templates: PostTemplates) -> None:
    """The disclosure names the organisation that the templates were loaded for."""
    composer = Composer(PostTemplates.load(organisation="Waterschap De Brug"))
    draft = composer.compose(request(vacancy(), ambassador()), OverlapGuard())
    assert "k werk bij Waterschap De Brug" in draft.text
