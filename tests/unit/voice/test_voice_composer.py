"""A post is a passage, from where its person stands; or a question, whose answer makes the post."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from services.accounts.rules import OURS
from services.people.rules.disclosure import discloses
from services.text.network_text import measure_text
from services.voice import Composer, Dealt, NoDraft, PostTemplates, refusal_of
from services.voice.passages import SourceText, find_passages
from services.voice.writing.dealing import NO_PASSAGE, even_share
from services.voice.writing.relations import Relation, cast_of
from services.voice.writing.subject import facts_of
from tests.builders import ambassador, story, vacancy
from tests.unit.voice.material import (
    compose_all,
    crowd,
    example_content,
    example_people,
    link_of,
    longest_told,
    request,
    speaks_of,
)

MOF = example_content()["nl-de-mof-van-hengelo"]
ANSWER = "Ik laat leerlingen een mof openzagen die ik met opzet fout heb gemaakt."


@pytest.mark.parametrize("name", sorted(example_content()))
@pytest.mark.parametrize("network", ["linkedin", "x"])
def test_every_promise_is_kept(composer: Composer, name: str, network: str) -> None:
    """Of 120 people no one has a colleague's pair, no passage too large a share; every post fits."""
    content = example_content()[name]
    people = [*example_people(), *crowd(120, content.language)]
    drafts = [draft for _, draft in compose_all(composer, content, people, [network])]
    posts = [draft for draft in drafts if draft.text]
    pairs = [(draft.relation, draft.layout, draft.passage) for draft in posts]
    assert len(set(pairs)) == len(pairs)
    passages = find_passages(SourceText(content)).chosen
    # An author has theirs however often it was used before.
    uses = Counter(draft.passage for draft in posts if draft.relation != Relation.AUTHOR)
    assert max(uses.values(), default=0) <= even_share(len(posts), len(passages))
    for draft in posts:
        assert measure_text(OURS[network], draft.text).valid
        assert discloses(draft.text, employer="Zwaan")
        assert draft.text.count("http") == 1
        assert "!" not in draft.text
        assert draft.text.count("“") <= 1
        assert "#" not in draft.text.replace(link_of(people[0], network), "")
    asked = [draft for draft in drafts if not draft.text]
    whys = {"asked", "capacity", "length", "language"}
    assert all(draft.question and draft.why in whys for draft in asked)


@pytest.mark.parametrize("name", sorted(name for name in example_content() if "model" not in name))
def test_a_passage_is_quoted_as_in_its_source(composer: Composer, name: str) -> None:
    """Whole, word for word: what comes of it is in its last sentence."""
    content = example_content()[name]
    for _, draft in compose_all(composer, content, list(crowd(30, content.language))):
        if draft.text:
            assert draft.recipe["passage"]["text"].rstrip(":;,") in draft.text


def test_the_author_speaks_as_i(composer: Composer) -> None:
    """Her own sentences stand without quotation marks, whatever others had before her."""
    people = [*crowd(80, "nl"), *example_people()]
    made = compose_all(composer, MOF, people)
    own = [draft for person, draft in made if person.name == "Fatima El Idrissi"]
    assert [draft.relation for draft in own] == ["author", "author"]
    assert all(draft.text and "“" not in draft.text for draft in own)
    assert not any("Fatima" in draft.text for draft in own)


def test_a_post_does_not_name_its_own_author(composer: Composer) -> None:
    """Somebody whom the story names gets no passage with their name in it."""
    content = example_content()["en-why-we-draw-by-hand"]
    henk = ambassador(9, name="Henk Mulder", language="en", address_form="")
    for variant in range(12):
        draft = composer.compose(request(content, henk, variant=variant), Dealt())
        assert "Henk" not in draft.text


def test_what_says_i_needs_its_author(composer: Composer) -> None:
    """Without a name no one can be quoted, and no one says somebody else's I as their own."""
    body = "In mei viel de pomp in Kampen drie keer uit. Ik stond er elke nacht bij met een lamp."
    plain = composer.compose(request(story(body=body), ambassador()), Dealt())
    assert "Ik stond" not in plain.text
    named = story(body=body, author={"name": "Gerda Kolk"})
    quoted = composer.compose(request(named, ambassador()), Dealt())
    if "Ik stond" in quoted.text:
        assert "“" in quoted.text
        assert "Gerda Kolk" in quoted.text


def test_a_colleague_needs_a_reason(composer: Composer) -> None:
    """No one posts whatever happened somewhere: the passage says that it is ours, and is no bad news."""
    told = "In Kampen kwamen in mei 14 zwaluwen terug onder de brug over de vaart."
    other = f"{told} Sinds juni zitten er 9 nesten."
    fault = "In mei viel de pomp in Kampen drie keer uit door een losse pakking."
    author, reader = ambassador(1, name="Gerda Kolk", team="Oost"), ambassador(2, team="", role="")
    mate = ambassador(3, team="Oost", role="")
    for text, known, person, is_told in (
        (told, False, reader, False),
        (told.replace("de brug", "onze brug"), False, reader, True),
        (told.replace("de brug", "een brug van Zwaan"), False, reader, True),
        (told, True, reader, False),
        (told, True, mate, True),
        (fault, True, reader, False),
        (fault, True, ambassador(4, team=""), False),
        (fault, True, mate, True),
    ):
        about = story(body=other, author={"name": "Gerda Kolk"}, passages=(text,))
        cast = cast_of(about, [person, *([author] if known else [])])
        draft = composer.compose(request(about, person, cast=cast), Dealt())
        assert bool(draft.text) is is_told, (text, known, person)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("24–36", "24–36 uur"),
        ("37,5", "37,5 uur"),
        ("32 tot 36 uur", "32 tot 36 uur"),
        ("0,8", "0,8"),
    ],
)
def test_hours_have_their_unit(hours: str, said: str) -> None:
    """As the source writes them, with the word that it left out; a part of a job is none."""
    assert facts_of(vacancy(location="Zwolle", hours=hours), "nl") == f"Zwolle, {said}"


def test_spoken_words_are_for_who_spoke_them(composer: Composer) -> None:
    """Another's words say nothing of who posts them, so a colleague is asked instead."""
    said = "Elf jaar heb ik naar een sluisdeur gezocht, en in mei lag hij in de haven van Urk."
    body = f"In mei kwam er een sluisdeur terug in Kampen. “{said}” zegt sluismeester Henk Mulder."
    about = story(body=body, passages=(said,))
    asked, henk = ambassador(1, team="Oost"), ambassador(2, name="Henk Mulder", team="Oost")
    for person, told in ((asked, False), (henk, True)):
        about_them = request(about, person, cast=cast_of(about, [asked, henk]))
        text = composer.compose(about_them, Dealt()).text
        assert (said in text) is told
        assert "“" not in text


def test_own_words_come_before_a_text(composer: Composer) -> None:
    """A person who asked for nothing is asked; an editor's passages and a wish for a text give one at once."""
    everybody = [each for each in example_people() if each.language == "nl"]
    chosen = MOF.model_copy(update={"passages": (longest_told(MOF),)})
    could = [one for one in everybody if composer.compose(request(MOF, one), Dealt()).text]
    assert could
    for person in could:
        asked = composer.compose(request(MOF, person, wants_text=False), Dealt())
        assert (asked.text, asked.why) == ("", "asked")
        assert asked.question
    given = [composer.compose(request(chosen, one, wants_text=False), Dealt()) for one in could]
    assert any(draft.text for draft in given)


def test_an_unclear_answer_is_asked_about(composer: Composer) -> None:
    """By its own words; nothing is composed until its person says it, or takes it as it is."""
    unclear = "Die haak lag er nog in toen ik kwam. Gerda lachte."
    draft = composer.compose(request(MOF, ambassador(), answer=unclear), Dealt())
    assert (draft.text, draft.why) == ("", "unclear")
    assert draft.question.startswith("“Die haak”: wat is dat? Een lezer van buiten weet het niet.")
    assert draft.recipe["unclear"] == draft.question
    taken = composer.compose(request(MOF, ambassador(), answer=unclear, as_it_is=True), Dealt())
    assert taken.text.startswith(f"{unclear}\n\n")


def test_a_complete_answer_needs_no_passage(composer: Composer) -> None:
    """Its post says where its person works, and where the whole story is; "Ik …" says what they do."""
    stands = f"{ANSWER} Daarna hangt er een mes naast hun bank."
    draft = composer.compose(request(MOF, ambassador(role="monteur"), answer=stands), Dealt())
    assert draft.passage == NO_PASSAGE
    assert draft.text.partition("\n\n")[2].startswith("Ik werk bij Zwaan. ")


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (
            "Ik werk bij Zwaan en las een mof die vier keer openging.",
            "\n\nMeer hierover: ",
        ),
        ("Bij Zwaan ging een mof vier keer open.", "\n\nIk ben lasser bij Zwaan."),
    ],
)
def test_an_employer_is_disclosed_once(composer: Composer, answer: str, where: str) -> None:
    """A person who said that they work there does not say it again."""
    draft = composer.compose(
        request(MOF, ambassador(role="lasser"), answer=answer, as_it_is=True), Dealt()
    )
    assert where in draft.text
    assert discloses(draft.text, employer="Zwaan")


def test_what_an_answer_says_is_not_said_again(composer: Composer) -> None:
    """Neither who somebody is, nor the facts of a vacancy."""
    said = "Ik ben monteur en werk al negen jaar aan een sluis in Kampen, 36 uur in een week."
    post = composer.compose(
        request(vacancy(), ambassador(role="monteur"), answer=said), Dealt()
    ).text
    assert post.count("monteur") == 1
    assert post.count("36 uur") == 1
    assert "onstructeur" in post.split("\n\n")[1]


def test_an_answer_that_names_the_author_says_who_that_is(composer: Composer) -> None:
    """The post goes on with the colleague who wrote the story."""
    said = "Ik heb nog met Fatima op een bankje gezeten voor we samen naar huis reden."
    cast = cast_of(MOF, example_people())
    person = next(each for each in example_people() if each.name == "Peter Smit")
    for network in ("linkedin", "x"):
        draft = composer.compose(
            request(MOF, person, network=network, answer=said, cast=cast), Dealt()
        )
        assert "Mijn collega Fatima El Idrissi vertelt erover" in draft.text


def test_a_vacancy_is_mentioned_once(composer: Composer) -> None:
    """First thing in the post; no passage says once more that somebody is sought."""
    told = "Op een dag zet de constructeur zes sluisdeuren recht, de zwaarste weegt 40 ton."
    again = "Zwaan in Utrecht zoekt een constructeur sluizen voor de ploeg in Kampen."
    about = vacancy(passages=(again, told))
    team = [replace(person, team="Waterkeringen") for person in crowd(20, "nl")]
    drafts = [draft for _, draft in compose_all(composer, about, team)]
    posts = [draft.text for draft in drafts if draft.text]
    assert posts
    for text in posts:
        assert again not in text
        assert "onstructeur" in text.partition("\n\n")[0]


def test_an_answer_opens_the_post(composer: Composer) -> None:
    """Word for word, and no passage is below it."""
    anna = ambassador(1, crafts=("storingen",))
    passage = longest_told(MOF)
    for answer, times in (("Bij ons was het druk.", 0), (speaks_of(passage), 0), (passage, 1)):
        draft = composer.compose(request(MOF, anna, answer=answer, as_it_is=True), Dealt())
        assert draft.text.startswith(f"{answer}\n\n")
        assert draft.text.count(passage[1:]) == times


def test_an_answer_that_is_too_long_is_reported(composer: Composer) -> None:
    """On X three hundred characters cannot stand."""
    asked = request(MOF, ambassador(), network="x", answer="woord " * 60, as_it_is=True)
    with pytest.raises(NoDraft, match="the answer is too long for x"):
        composer.compose(asked, Dealt())


def test_a_text_is_composed_again_from_its_recipe(composer: Composer) -> None:
    """Event, profile, layouts, rank, seed and turn give the same bytes, without the others."""
    people = example_people()
    cast = cast_of(MOF, people)
    other = Composer(PostTemplates.load())
    for rank, (person, draft) in enumerate(compose_all(composer, MOF, people, ["linkedin"])):
        if draft.text:
            asked = request(MOF, person, rank=rank, variant=draft.recipe["variant"], cast=cast)
            again = other.compose(asked, Dealt())
            assert again.text.encode() == draft.text.encode()


def test_the_same_texts_in_another_process() -> None:
    """No salt of a process gets into a text."""
    code = (
        "from tests.unit.voice.material import *;"
        "from services.voice import PostTemplates;"
        "drafts = compose_all(Composer(PostTemplates.load()), "
        "example_content()['nl-de-stille-lijn'], list(crowd(20, 'nl')));"
        "print(hash(''.join(d.text for _, d in drafts).encode().hex()) and "
        "__import__('hashlib').sha256(''.join(d.text for _, d in drafts).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_a_vacancy_always_says_which_job(composer: Composer) -> None:
    """Every post about one names it."""
    for name, content in example_content().items():
        if "description" in type(content).model_fields:
            title = content.title.partition(" (")[0]
            team = [replace(one, team=content.team) for one in crowd(20, content.language)]
            made = compose_all(composer, content, team)
            posts = [draft.text.casefold() for _, draft in made if draft.text]
            assert posts, name
            assert all(title.casefold() in post for post in posts), name


def test_hashtags_are_only_for_who_chose_them(composer: Composer) -> None:
    """None by default; as many as somebody wants, at the end."""
    anna = ambassador(1, crafts=("storingen",))
    team = {"as_if": Relation.TEAM}
    assert "#" not in composer.compose(request(MOF, anna, **team), Dealt()).text
    chosen = composer.compose(request(MOF, replace(anna, hashtags=1), **team), Dealt()).text
    assert chosen.rpartition("\n\n")[2].startswith("#")


def test_another_language_is_asked_first(composer: Composer) -> None:
    """A passage is in the language of its source, so whoever writes another has a question."""
    draft = composer.compose(request(MOF, ambassador(1, language="en", address_form="")), Dealt())
    assert (draft.text, draft.why, draft.relation) == ("", "language", Relation.COLLEAGUE)


def test_a_story_without_a_passage_is_sent_back() -> None:
    """With one question whose answer would be one."""
    refusal = refusal_of(story(body="Goed nieuws!"))
    assert refusal is not None
    assert "?" in str(refusal.remedy)
    assert refusal_of(vacancy(description="-")) is None
