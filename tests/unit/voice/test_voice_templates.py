"""The clauses keep the promises that any combination of them rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.domain.voice.angles import ANGLES, AUTHOR
from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.post_templates import LANGUAGES, Clause, PostTemplates
from services.errors import Stop

EMPTY = dict.fromkeys(
    (
        "role",
        "a_role",
        "team",
        "region",
        "since",
        "craft",
        "author",
        "first_name",
        "place",
        "title",
        "topic",
        "quote",
    ),
    "",
) | {"snippet": "", "terms": "", "organisation": "Zwaan"}
FULL = {
    "role": "monteur",
    "a_role": "an engineer",
    "team": "Oost",
    "region": "Twente",
    "since": "2014",
    "craft": "kabelwerk",
    "author": "Fatima El Idrissi",
    "first_name": "Fatima",
    "place": "Hengelo",
    "title": "Titel",
    "topic": "storingen",
    "organisation": "Zwaan",
    "quote": "“Een zin.”",
    "snippet": "“Een zin”",
    "terms": "Hengelo · 36 uur",
}
VALUES = [EMPTY, FULL]
UNSAID = {"prompts", "emoji"}
LAYOUTS = {"linkedin.j2": "{{ ask }}", "x.j2": "{{ ask }}", "default.j2": "{{ ask }}"}


def rendered(templates: PostTemplates, clause: Clause) -> set[str]:
    return {
        clause.render(templates.context(dict(values)), polite=polite)
        for values in VALUES
        for polite in (False, True)
    }


def sections(templates: PostTemplates, language: str) -> list[tuple[str, str, Clause]]:
    return [
        (file, section, clause)
        for (spoken, file, section), pool in templates.pools.items()
        if spoken == language and section not in UNSAID
        for clause in pool
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_angle_has_its_clauses(templates: PostTemplates, language: str) -> None:
    """Each angle has enough hooks and questions for a thousand people, and three prompts."""
    enough = 23
    for kind, angles in ANGLES.items():
        for section in ("hook_back", "ask_back"):
            assert len(templates.pool(language, f"{kind}/shared", section)) >= enough
        for angle in angles:
            file = f"{kind}/{angle.name}"
            assert len(templates.pool(language, file, "hook")) >= enough
            assert len(templates.pool(language, file, "ask")) >= enough
            assert len(templates.pool(language, file, "prompts")) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_clause_states_a_number_or_boasts(templates: PostTemplates, language: str) -> None:
    """Numbers and praise come from a source or not at all."""
    lexicon = LEXICONS[language]
    for file, section, clause in sections(templates, language):
        plain = clause.render(templates.context(dict(EMPTY)), polite=False)
        words = set(re.findall(r"\w+", plain.lower()))
        assert not words & lexicon.number_words, (file, section, plain)
        assert not re.search(r"\d", plain), (file, section, plain)
        assert not lexicon.boasts.search(plain), (file, section, plain)
        assert "!" not in plain, (file, section, plain)


def test_dutch_clauses_address_the_reader_in_the_chosen_form(templates: PostTemplates) -> None:
    """The polite form holds no je, the familiar form no u."""
    for file, section, clause in sections(templates, "nl"):
        context = templates.context(dict(FULL))
        polite, familiar = (clause.render(context, polite=form).lower() for form in (True, False))
        assert not re.search(r"\b(?:je|jij|jou|jouw|jullie)\b", polite), (file, section, polite)
        assert not re.search(r"\b(?:u|uw)\b", familiar), (file, section, familiar)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_clauses_are_the_same(templates: PostTemplates, language: str) -> None:
    """A clause that stands in two places could give two people the same sentence."""
    seen: dict[str, str] = {}
    for file, section, clause in sections(templates, language):
        if section in {"disclosure", "disclosure_short"}:
            continue
        assert clause.source not in seen, (clause.source, seen.get(clause.source), file)
        seen[clause.source] = file


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_doubled_where_clauses_meet(templates: PostTemplates, language: str) -> None:
    """The last word of a front is never the first of a back that may follow it."""
    for kind, angles in ANGLES.items():
        joints = [
            (templates.pool(language, f"{kind}/{angle.name}", front), (f"{kind}/shared", back))
            for angle in angles
            for front, back in (("hook", "hook_back"), ("ask", "ask_back"))
        ] + [
            (templates.pool(language, file, front), (back_file, back))
            for file, front, back_file, back in (
                ("shared", "more_front", "shared", "more_back"),
                ("story/author", "more_front", "shared", "more_back"),
                ("story/author", "hook", "story/author", "hook_back"),
                ("story/author", "ask", "story/shared", "ask_back"),
            )
        ]
        for fronts, place in joints:
            backs = templates.pool(language, *place)
            for values in VALUES:
                for polite in (False, True):
                    context = templates.context(dict(values))
                    ends = {f.render(context, polite=polite).lower().split()[-1] for f in fronts}
                    starts = {
                        found[0]
                        for b in backs
                        if (found := re.findall(r"^ (\w+)", b.render(context, polite=polite)))
                    }
                    assert not ends & starts, (kind, place, ends & starts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_does_not_repeat_itself(templates: PostTemplates, language: str) -> None:
    """No word of weight stands in both halves of a vacancy's invitation or of a closing line."""
    pairs = [
        (templates.pool(language, f"vacancy/{angle.name}", "ask"), ("vacancy/shared", "ask_back"))
        for angle in ANGLES["vacancy"]
    ] + [(templates.pool(language, "shared", "more_front"), ("shared", "more_back"))]

    def weighty(clause: Clause) -> set[str]:
        text = clause.render(templates.context(dict(EMPTY)), polite=False).lower()
        words = {word.removesuffix("s") for word in re.findall(r"\w{6,}", text)}
        return words - {"altijd", "always"}

    for fronts, place in pairs:
        for front in fronts:
            for back in templates.pool(language, *place):
                assert not weighty(front) & weighty(back), (front.source, back.source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_asks_when(templates: PostTemplates, language: str) -> None:
    """The ends of questions say when; a front that asks for it would ask what its end answers."""
    for file, section, clause in sections(templates, language):
        if section == "ask" and file.startswith("story/"):
            assert not re.match(r"(?:When|Wanneer)\b", clause.source), (file, clause.source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_ends_with_a_place(templates: PostTemplates, language: str) -> None:
    """A story's question may follow any quotation, so all that its end adds is where."""
    for clause in templates.pool(language, "story/shared", "ask_back"):
        for text in rendered(templates, clause):
            assert re.match(r" (?:in|bij|op|binnen|at|on|where) ", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_does_not_repeat_its_place(templates: PostTemplates, language: str) -> None:
    """No "work" in "your line of work": a story's question and its place share no word's stem."""

    def stems(clause: Clause) -> set[str]:
        text = clause.render(templates.context(dict(EMPTY)), polite=False).lower()
        return {word[:4] for word in re.findall(r"\w{4,}", text)} - {"wher", "your", "jouw"}

    ends = templates.pool(language, "story/shared", "ask_back")
    for name in (*(angle.name for angle in ANGLES["story"]), AUTHOR):
        for front in templates.pool(language, f"story/{name}", "ask"):
            for back in ends:
                assert not stems(front) & stems(back), (front.source, back.source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_does_not_repeat_its_lead(templates: PostTemplates, language: str) -> None:
    """On X a lead and a question stand in one breath: no long word, nor its stem, is in both."""

    def stems(clause: Clause) -> set[str]:
        text = clause.render(templates.context(dict(EMPTY)), polite=False).lower()
        return {word[:6] for word in re.findall(r"\w{7,}", text)}

    for kind, angles in ANGLES.items():
        shared = templates.optional_pool(language, f"{kind}/shared", "lead")
        for angle in angles:
            file = f"{kind}/{angle.name}"
            for lead in templates.optional_pool(language, file, "lead") or shared:
                for ask in templates.pool(language, file, "ask"):
                    assert not stems(lead) & stems(ask), (lead.source, ask.source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_opening_says_what_it_is_about(templates: PostTemplates, language: str) -> None:
    """The second half of a hook names the title or the topic, whatever else is known."""
    for file in ("story/shared", "story/author", "vacancy/shared"):
        for clause in templates.pool(language, file, "hook_back"):
            for values in VALUES:
                told = clause.render(templates.context(values | {"title": "Titel"}), polite=False)
                assert "“Titel”" in told or " storingen" in told, (file, told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_fronts_are_open_and_backs_are_closed(templates: PostTemplates, language: str) -> None:
    """A front ends without a mark and a back with one, so that together they are one sentence."""
    for file, section, clause in sections(templates, language):
        for text in rendered(templates, clause):
            if section in {"hook", "ask"} or section.endswith("_front"):
                assert re.search(r"[\w’]$", text), (file, section, text)
                assert text[0].isupper(), (file, section, text)
            elif section.endswith("_back"):
                assert re.match(r"[,;:]? ", text), (file, section, text)
                assert re.search(r"[.?]$", text), (file, section, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wrapper_holds_its_fact_once(templates: PostTemplates, language: str) -> None:
    """A quotation stands at the end with its own mark, or inside without one."""
    for file, section, clause in sections(templates, language):
        if section in {"quote", "again", "lead", "named"}:
            assert clause.source.count("{{ quote }}") + clause.source.count("{{ snippet }}") == 1
            closed = "{{ quote }}" in clause.source
            assert clause.source.endswith(": {{ quote }}" if closed else "."), (file, clause.source)
        elif section == "summary":
            assert "{{ terms }}" in clause.source


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "ik werk bij Zwaan"), ("en", "I work at Zwaan")]
)
def test_every_disclosure_says_plainly_where_the_person_works(
    templates: PostTemplates, language: str, words: str
) -> None:
    """The employer is named in the same few words in every disclosure, and nowhere else."""
    for file, section, clause in sections(templates, language):
        for text in rendered(templates, clause):
            count = text.lower().count(words.lower())
            assert count == section.startswith("disclosure"), (file, section, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_reads_well_for_an_empty_profile(
    templates: PostTemplates, language: str
) -> None:
    """What the profile does not say leaves no hole."""
    for file, section, clause in sections(templates, language):
        text = clause.render(
            templates.context(EMPTY | {"quote": "“Q.”", "snippet": "“Q”", "terms": "T"}),
            polite=True,
        )
        assert "  " not in text, (file, section, text)
        assert not re.search(r"\s[,.;:]|\(\)|\{|\[", text), (file, section, text)


def write(folder: Path, clauses: str) -> Path:
    for name, text in LAYOUTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "nl").mkdir(exist_ok=True)
    (folder / "nl" / "shared.clauses").write_text(clauses, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "clause",
    [
        "{{ title.__class__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ range(10**9) }}",
        "{{ nobody }}",
    ],
)
def test_a_clause_cannot_reach_outside_the_sandbox(tmp_path: Path, clause: str) -> None:
    """A template sees the values of a draft and nothing of Python."""
    templates = PostTemplates.load(write(tmp_path, f"[quote]\n{clause}\n"))
    (made,) = templates.pool("nl", "shared", "quote")
    with pytest.raises(Exception, match=r"undefined|unsafe|not safe"):
        made.render(templates.context(dict(FULL)), polite=False)


def test_a_value_is_never_a_template(tmp_path: Path) -> None:
    """A template expression in somebody's text stays text."""
    templates = PostTemplates.load(write(tmp_path, "[quote]\nEr staat: {{ quote }}\n"))
    (made,) = templates.pool("nl", "shared", "quote")
    values = FULL | {"quote": "{{ 7*7 }}"}
    assert made.render(templates.context(values), polite=False) == "Er staat: {{ 7*7 }}"


def test_the_version_follows_the_files_alone(tmp_path: Path) -> None:
    """Equal files have an equal version, whatever their line ends; other files another."""
    first = PostTemplates.load(write(tmp_path, "[quote]\nEen.\n")).version
    assert PostTemplates.load(write(tmp_path, "[quote]\nEen.\n")).version == first
    assert PostTemplates.load(write(tmp_path, "[quote]\r\nEen.\r\n")).version == first
    assert PostTemplates.load(write(tmp_path, "[quote]\nTwee.\n")).version != first


@pytest.mark.parametrize(
    ("clauses", "message"),
    [("Los.\n", "before the first section"), ("[quote]\n{{ quote\n", "nl/shared.clauses")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, clauses: str, message: str) -> None:
    """A broken template stops the start with the name of its file."""
    with pytest.raises(Stop, match=message):
        PostTemplates.load(write(tmp_path, clauses))


def test_what_is_missing_is_named(templates: PostTemplates) -> None:
    """A missing section says its name."""
    with pytest.raises(Stop, match=r"\[nothing\] in nl/shared"):
        templates.pool("nl", "shared", "nothing")


def test_a_network_without_a_layout_has_the_one_for_all(templates: PostTemplates) -> None:
    """LinkedIn and X are set by their own, every other network by the default."""
    assert templates.layout("bluesky") is templates.layout("mastodon")
    assert len({id(templates.layout(name)) for name in ("linkedin", "x", "bluesky")}) == 3
