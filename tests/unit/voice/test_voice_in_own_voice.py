"""The profile in the text: own lines, hashtags, words to avoid, and other suggestions."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.ambassador import Ambassador
from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice import Composer, NoDraft, OverlapGuard
from services.domain.voice.apply_profile import apply_profile, held_word, in_language
from services.domain.voice.suggestions import first_draft, other_drafts
from tests.unit.voice.material import Content, crowd, example_content, request

CONTENT = sorted(example_content().items())
IDS = [name for name, _ in CONTENT]
NETWORKS = ("linkedin", "x", "mastodon")
LINES: dict[str, Any] = {"opening": "Even uit de praktijk.", "ending": "Groet uit de werkplaats."}


def person(content: Content, number: int = 1, **changes: Any) -> Ambassador:
    return replace(list(crowd(number, content.language[:2]))[-1], **changes)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("_name", "content"), CONTENT, ids=IDS)
def test_without_wishes_the_text_is_the_composers(
    composer: Composer, _name: str, content: Content, network: str
) -> None:
    """Whoever set nothing gets exactly what the composer writes, with the same overlap."""
    wish = request(content, person(content), network=network)
    assert first_draft(composer, wish, OverlapGuard()) == composer.compose(wish, OverlapGuard())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("_name", "content"), CONTENT, ids=IDS)
def test_own_lines_stand_where_they_belong(
    composer: Composer, _name: str, content: Content, network: str
) -> None:
    """The opening line is first, the ending stands right before the disclosure, all of it fits."""
    wish = request(content, person(content, **LINES), network=network)
    draft = first_draft(composer, wish, OverlapGuard())
    assert measure_text(OURS[network], draft.text).valid
    disclosure = draft.recipe["parts"]["disclosure"]
    assert draft.text.count(disclosure) == draft.text.count(wish.link) == 1
    assert draft.recipe["profile"] == LINES
    if network == "linkedin":
        assert draft.text.startswith(f"{LINES['opening']}\n\n")
        assert f"\n\n{LINES['ending']}\n\n{disclosure}" in draft.text


@pytest.mark.parametrize("wanted", [0, 1, 2, 3])
@pytest.mark.parametrize("network", NETWORKS)
def test_no_more_hashtags_than_wished(composer: Composer, network: str, wanted: int) -> None:
    """The text holds at most as many hashtags as the person wants, and its link as before."""
    content = dict(CONTENT)["nl-de-stille-lijn"]
    wish = request(content, person(content, hashtags=wanted), network=network)
    text = first_draft(composer, wish, OverlapGuard()).text
    assert text.count(" #") + text.count("\n#") <= wanted
    assert text == text.strip()
    assert wish.link in text


def test_one_exclamation_mark_is_enough(composer: Composer) -> None:
    """Whoever likes exclamation marks gets one; whoever does not gets none."""
    content = dict(CONTENT)["nl-de-stille-lijn"]
    found = set()
    for rank in range(12):
        wish = request(content, person(content, exclamation=True), rank=rank)
        found.add(first_draft(composer, wish, OverlapGuard()).text.count("!"))
        plain = replace(wish, ambassador=person(content))
        assert "!" not in first_draft(composer, plain, OverlapGuard()).text
    assert found <= {0, 1}
    assert 1 in found


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("_name", "content"), CONTENT, ids=IDS)
def test_a_word_to_avoid_is_avoided(
    composer: Composer, _name: str, content: Content, network: str
) -> None:
    """A word of the first variant's opening that the person avoids is not in their draft."""
    wish = request(content, person(content), network=network)
    parts = composer.compose(wish, OverlapGuard()).recipe["parts"]
    about = f"{content.model_dump_json()} {wish.ambassador.role} {wish.ambassador.crafts}"
    words = re.findall(r"[^\W\d_]+", parts.get("hook", "") + parts["ask"] + parts["disclosure"])
    word = max((word for word in words if word.casefold() not in about.casefold()), key=len)
    avoiding = replace(wish, ambassador=replace(wish.ambassador, avoid=(word,)))
    draft = first_draft(composer, avoiding, OverlapGuard())
    assert not held_word(draft.text, (word,))
    again = replace(avoiding, variant=draft.recipe["variant"])
    assert composer.compose(again, OverlapGuard()).text == draft.text


def test_a_word_that_no_text_can_do_without_means_no_draft(composer: Composer) -> None:
    """Where every variant holds an avoided word there is no draft; which word, managers do not read."""
    content = dict(CONTENT)["nl-netplanner"]
    wish = request(content, person(content, avoid=("ik",)))
    with pytest.raises(NoDraft, match=r"a word that its author avoids$"):
        first_draft(composer, wish, OverlapGuard())


@pytest.mark.parametrize(
    ("word", "held"),
    [("trots", True), ("Trots", True), ("trotse", False), ("niet trots", True), ("rot", False)],
)
def test_whole_words_are_avoided(word: str, held: bool) -> None:
    """A word is found whatever its case and punctuation, but not as a part of another."""
    assert bool(held_word("Ik ben (niet) trots, hoor.", (word,))) is held


def test_a_profile_is_not_quoted_in_avoided_words(composer: Composer) -> None:
    """Whoever avoids the name of their own role is not introduced with it."""
    content = dict(CONTENT)["nl-netplanner"]
    for rank in range(20):
        anna = person(content, role="Netstrateeg", avoid=("netstrateeg",))
        text = first_draft(composer, request(content, anna, rank=rank), OverlapGuard()).text
        assert "netstrateeg" not in text.casefold()


line = st.text(alphabet="abc de", max_size=60).map(lambda text: " ".join(text.split()))


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(
        {
            "opening": line,
            "ending": line,
            "hashtags": st.integers(0, 3),
            "exclamation": st.booleans(),
        }
    ),
    st.sampled_from(NETWORKS),
    st.data(),
)
def test_a_profile_never_breaks_a_text(
    profile: dict[str, Any], network: str, data: st.DataObject
) -> None:
    """Whatever the profile says: within the limit, disclosure and link once, own lines verbatim."""
    hook = data.draw(st.sampled_from(["Zo gaat dat hier.", "Zo gaat dat hier. 🔧", "Kort"]))
    tags = data.draw(st.sampled_from(["", "#Net", "#Net #Kabel #Werk"]))
    link = "https://go.example.org/r/abcdefgh"
    disclosure = "Ik werk bij Deltaplan."
    filling = "woord " * data.draw(st.integers(0, 30))
    text = f"{hook} {filling}einde.\n\n{disclosure}\n{link} {tags}".strip()
    wanted = person(dict(CONTENT)["nl-netplanner"], **profile)
    parts = {"hook": hook, "hashtags": tags, "disclosure": disclosure}
    result = apply_profile(text, parts, wanted, rules=OURS[network], link=link)
    assert measure_text(OURS[network], result).valid or not measure_text(OURS[network], text).valid
    assert result.count(disclosure) == result.count(link) == 1
    assert apply_profile(text, parts, wanted, rules=OURS[network], link=link) == result
    assert result.count("#") <= wanted.hashtags
    if network == "linkedin":
        assert result.startswith(wanted.opening)
        assert wanted.ending in result


def test_the_other_language_leaves_out_what_it_cannot_say() -> None:
    """Who also writes English gets English about English stories, without Dutch craft names."""
    anna = person(dict(CONTENT)["nl-netplanner"], role="monteur", other_languages=("en",))
    assert in_language(anna, "nl-NL") == anna
    assert in_language(anna, "de") == anna
    english = in_language(anna, "en-GB")
    assert (english.language, english.role, english.crafts) == ("en", "", ())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("_name", "content"), CONTENT, ids=IDS)
def test_other_suggestions_never_repeat(
    composer: Composer, _name: str, content: Content, network: str
) -> None:
    """Three times three others: all differ from the draft and from each other, and all fit."""
    wish = request(content, person(content, 3), network=network, rank=3)
    first = first_draft(composer, wish, OverlapGuard())
    texts, start = [first.text], 1
    for _ in range(3):
        found, start = other_drafts(
            composer, replace(wish, variant=start), OverlapGuard(), beside=[first.text]
        )
        assert len(found) == 3
        texts += [draft.text for draft in found]
    for one, other in combinations(texts, 2):
        guard = OverlapGuard()
        guard.add("one", one)
        assert guard.overlap(other) <= 0.30
    assert all(measure_text(OURS[network], text).valid for text in texts)


def test_suggestions_also_differ_from_colleagues(composer: Composer) -> None:
    """A variant that is too much like a colleague's text is not shown."""
    content = dict(CONTENT)["nl-de-stille-lijn"]
    wish = request(content, person(content), rank=3)
    draft = first_draft(composer, wish, OverlapGuard())
    wish = replace(wish, variant=1)
    found, _ = other_drafts(composer, wish, OverlapGuard(), beside=[draft.text])
    colleagues = OverlapGuard()
    colleagues.add("colleague", found[0].text)
    others, _ = other_drafts(composer, wish, colleagues, beside=[draft.text])
    assert found[0].text not in [each.text for each in others]
    assert len(others) == 3
