"""What marketing writes is checked before it is compiled: it cannot hang, reach out, or mislead."""

from __future__ import annotations

import time
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.voice import Composer, OverlapGuard, PostTemplates
from services.domain.voice.request import NoDraft
from services.domain.voice.template_check import check_template
from services.domain.voice.template_syntax import MOST, TemplateFault, syntax_faults
from services.errors import Rejected
from tests.unit.voice.material import crowd, example_content, request

CRAFT = "nl/story/craft.clauses"
TEMPLATES = PostTemplates.load(organisation="Deltaplan")


def faults_of(clause: str, *, section: str = "hook", path: str = CRAFT) -> list[TemplateFault]:
    """What is said about one clause that is put at the top of a section of a shipped file."""
    text = TEMPLATES.files[path].replace(f"[{section}]\n", f"[{section}]\n{clause}\n", 1)
    assert clause in text
    return [fault for fault in check_template(TEMPLATES, path, text) if fault.blocks]


def test_every_shipped_template_keeps_the_rules(templates: PostTemplates) -> None:
    """Whoever opens a shipped template and changes nothing is told nothing."""
    for path, text in templates.files.items():
        assert not [fault for fault in check_template(templates, path, text) if fault.blocks], path


@pytest.mark.parametrize(
    ("clause", "what"),
    [
        ("{% for x in title %}{{ x }}{% endfor %}", "{% for %}"),
        ("{% for a in 'xx' %}{% for b in 'xx' %}{{ b }}{% endfor %}{% endfor %}", "{% for %}"),
        ("{{ range(1000000000) }}", "( )"),
        ("{{ 'x' * 1000000000 }}", "*"),
        ("{{ 9 ** 9 ** 9 }}", "**"),
        ("{{ title.__class__ }}", "."),
        ("{{ title['__class__'] }}", "[ ]"),
        ("{{ title|attr('__class__') }}", "|"),
        ("{{ ''.join(title) }}", "( )"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "{% macro %}"),
        ("{% set title = 'x' %}", "{% set %}"),
        ("{% include 'linkedin.j2' %}", "include"),
        ("{% import 'x' as y %}", "import"),
        ("{% extends 'x' %}", "extends"),
        ("{{ [title, title] }}", "list"),
        ("{{ title ~ title }}", "~"),
    ],
)
def test_what_could_hang_or_reach_out_is_refused_by_name(clause: str, what: str) -> None:
    """Loops, calls, attributes, macros and arithmetic are refused before anything is compiled."""
    (fault,) = faults_of(clause)
    assert (fault.name, fault.values) == ("not_allowed", {"what": what})
    with pytest.raises(Rejected, match="cannot be used"):
        TEMPLATES.revised({CRAFT: (1, f"[hook]\n{clause}\n")})


@pytest.mark.parametrize(
    ("clause", "name"),
    [
        ("{{ role", "unreadable"),
        ("{% if role %}Als ik kijk", "unreadable"),
        ("{# een opmerking", "unreadable"),
        ("{% endblock %}{{ role }}{% block eigen %}", "unreadable"),
        ("{#", "unreadable"),
        ("{% block eigen %}{% endblock %}", "not_allowed"),
        ("{% raw %}{{ role }}{% endraw %}", "brackets"),
        ("Ik kijk [je", "brackets"),
        ("Ik kijk" + "{% if role %} graag{% endif %}" * 20, "too_long"),
        ("Ik kijk" + "{% if role %} a{% endif %}" * 13, "too_many_marks"),
        ("{{ " + "(" * 200 + "role" + ")" * 150 + " }}", "too_many_marks"),
        ("Ik kijk{% if " + "not " * 60 + "role %} graag{% endif %}", "too_deep"),
        ("Ik kijk naar {{ rolle }}", "unknown_field"),
        ("Ik kijk naar {{ qwertyuiop }}", "no_such_field"),
        ("Ik kijk naar {{ quote }}", "no_such_field"),
        ("Ik kijk naar twaalf dijken", "claim"),
        ("Ik kijk naar de dijk van Pieter", "claim"),
        ("Ik kijk!", "shouts"),
        ("Ik kijk naar [je|je] werk", "not_polite"),
        ("Ik kijk naar uw werk", "not_familiar"),
        ("{% if role %}Als {{ role }} kijk ik{% endif %}", "front_closed"),
        ("Ik kijk naar wat er is.", "front_closed"),
        ("Ik kijk {{ craft }} graag", "holes"),
        ("Ik werk bij {{ organisation }} en kijk", "discloses_twice"),
        ("Ik lees graag hoe iemand zijn werk doet", "same_clause"),
        ("Ik kijk naar " + "het werk dat er elke dag is, " * 12 + "altijd", "too_long_for_x"),
    ],
)
def test_each_broken_promise_has_a_name(clause: str, name: str) -> None:
    """Each rule of the share texts is told by its own name at the line that breaks it."""
    found = faults_of(clause)
    assert name in {fault.name for fault in found}
    assert all(fault.line for fault in found)


def test_a_mistyped_field_is_recognised() -> None:
    """A field that is nearly right is named with the one that was meant."""
    (fault,) = faults_of("Ik kijk naar {{ regoin }}")
    assert fault.values == {"field": "regoin", "meant": "region"}


@pytest.mark.parametrize(
    ("path", "section", "clause", "name"),
    [
        ("nl/shared.clauses", "disclosure", "Dit is mijn eigen mening.", "no_disclosure"),
        ("nl/shared.clauses", "quote", "Er staat iets moois.", "no_quote"),
        ("nl/shared.clauses", "quote", "{{ quote }} en {{ quote }}", "no_quote"),
        ("nl/vacancy/shared.clauses", "summary", "Dit zijn de feiten.", "no_terms"),
        ("nl/vacancy/shared.clauses", "ask_back", "zonder begin en eind", "back_open"),
        ("en/shared.clauses", "disclosure", "This is my own opinion.", "no_disclosure"),
    ],
)
def test_what_must_stand_in_a_section_is_missed(
    path: str, section: str, clause: str, name: str
) -> None:
    """A disclosure, a quotation and a vacancy's terms are missed where they are left out."""
    assert name in {fault.name for fault in faults_of(clause, section=section, path=path)}


@pytest.mark.parametrize(
    "clause",
    [
        "Kijk ook op https://elders.example/jet",
        "Kijk ook op elders.nl",
        "Vroeger <b>keek</b> ik mee",
        "Dank aan @jan",
        "Wat een #feest",
    ],
)
def test_a_clause_is_plain_text(clause: str) -> None:
    """A link, markup, a mention or a hashtag of its own is refused, whatever stands around it."""
    assert [fault.name for fault in faults_of(clause) if fault.blocks] == ["not_prose"]


@pytest.mark.parametrize("path", ["linkedin.j2", "x.j2", "default.j2"])
@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("{{ link }}", "", "no_link"),
        ("{{ disclosure }}", "", "no_disclosure_part"),
        ("{{ disclosure }}", "{% if hashtags %}{{ disclosure }}{% endif %}", "no_disclosure_part"),
        ("{{ ask }}", "{{ ask }} {{ ask }}", "part_twice"),
        ("{{ hashtags }}", "", "part_missing"),
        ("{{ ask }}", "Lees dit: {{ ask }}", "own_words"),
        ("{{ ask }}", "{{ asks }}", "unknown_field"),
        ("{{ ask }}", "{% for a in ask %}{{ a }}{% endfor %}", "not_allowed"),
    ],
)
def test_a_layout_holds_every_part_once(path: str, old: str, new: str, name: str) -> None:
    """A layout without link or disclosure, in any arrangement, is refused by name."""
    text = TEMPLATES.files[path].replace(old, new, 1)
    assert [fault.name for fault in check_template(TEMPLATES, path, text)] == [name]


def test_a_file_has_its_sections() -> None:
    """Sections that are missing, unknown or too small to combine are named."""
    text = "[hook]\nIk kijk graag\n\n[nonsense]\n[hook]\n"
    found = check_template(TEMPLATES, CRAFT, text)
    names = [(fault.name, fault.values.get("section")) for fault in found if fault.blocks]
    assert ("unknown_section", "nonsense") in names
    assert ("section_twice", "hook") in names
    assert {("few_clauses", name) for name in ("hook", "ask", "lead", "prompts")} <= set(names)


def test_praise_is_advice() -> None:
    """A boast is told with the rest, and keeps nobody from saving."""
    text = TEMPLATES.files[CRAFT].replace("[hook]\n", "[hook]\nHier ben ik trots op\n")
    (fault,) = check_template(TEMPLATES, CRAFT, text)
    assert (fault.name, fault.values["word"], fault.blocks) == ("boast", "trots", False)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[hook]\n" + "x" * MOST["file"], "too_large"),
        ("[hook]\n" + "Ik kijk\n" * (MOST["clauses"] + 1), "too_many_clauses"),
        ("[hook]\nIk\x00kijk", "control_characters"),
        ("Ik kijk\n", "no_section"),
    ],
)
def test_a_file_has_a_size(text: str, name: str) -> None:
    """A file that is too large, or no text, is refused as a whole."""
    assert [fault.name for fault in check_template(TEMPLATES, CRAFT, text)] == [name]


@pytest.mark.parametrize(
    "clause",
    [
        "W{} [a|b] {{{{ role }}}}",
        "W{}" + "{{% if role == 'a' and not team or craft %}}a{{% else %}}b{{% endif %}}" * 2,
        "W{} {{{{ " + " or ".join(["role"] * 10) + " }}}}",
        "W{} {{{{ '" + "x" * 80 + "' }}}}",
        "{{{{ '" + "\\\\" * 40 + "{} }}}}",
    ],
)
def test_the_most_that_may_be_written_is_checked_in_seconds(clause: str) -> None:
    """No text within the limits takes long: the work grows with its length and no faster."""
    lines = [clause.format(number) for number in range(MOST["clauses"])]
    text = "[hook]\n" + "\n".join(lines)
    started = time.process_time()
    check_template(TEMPLATES, CRAFT, text[: MOST["file"]].rpartition("\n")[0])
    assert time.process_time() - started < 8


PIECES = st.sampled_from(
    [
        *("{{", "}}", "{%", "%}", "{#", "#}", "(", ")", "[", "]", "|", ".", "*", "~", "+", "-"),
        *("if", "elif", "else", "endif", "for", "in", "endfor", "not", "and", "or", "==", "'x'"),
        *("raw", "endraw", "block", "macro", "1", "__class__", "role", "title", "quote"),
        *("Ik", "kijk", ",", "\u202e", "é", "日"),
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_whatever_passes_is_rendered_and_small(clause: str) -> None:
    """Any text is either told what is wrong with it, or renders to no more than it holds itself."""
    text = f"[hook]\n{clause}\n"
    if list(syntax_faults(CRAFT, text)):
        return
    templates = TEMPLATES.revised({CRAFT: (1, text)})
    values = dict.fromkeys(("role", "title"), "v" * 300)
    context = templates.context(
        dict.fromkeys(("a_role", "team", "region", "since", "craft", "author", "organisation"), "")
        | values
    )
    for made in templates.optional_pool("nl", "story/craft", "hook"):
        assert len(made.render(context, polite=False)) <= len(clause) + 300 * MOST["marks"]


def test_an_angle_of_marketings_own_is_composed() -> None:
    """A file beside the shipped ones is an angle of its own, and its version is in the recipe."""
    path, numbers = "nl/story/samen.clauses", count(1)
    fronts = ("Samen kijken levert meer op", "Nog een paar ogen ziet meer", "Een vraag opent veel")
    hooks = [f"{front} {end}" for front in fronts for end in ("dan alleen", "op een dinsdag")]
    asks = [f"Met wie {verb} [je|u] samen" for verb in ("kijkt", "werkt", "bouwt", "leert", "belt")]
    leads = [f"{word} gezien: {{{{ quote }}}}" for word in ("Samen", "Goed", "Vaak", "Net", "Ook")]
    sections = {"prompts": ["Met wie deed je dit?"], "hook": hooks, "lead": leads, "ask": asks}
    text = "\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in sections.items())
    assert not [fault for fault in check_template(TEMPLATES, path, text) if fault.blocks]
    templates = TEMPLATES.revised({path: (3, text)})
    assert templates.version != TEMPLATES.version
    composer = Composer(templates)
    content = next(one for one in example_content().values() if one.language == "nl")
    found = []
    for person in crowd(12, "nl"):
        rank = next(numbers)
        try:
            draft = composer.compose(request(content, person, rank=rank), OverlapGuard())
        except NoDraft:
            continue
        assert draft.recipe["edited_templates"] == {path: 3}
        found.append(draft.angle)
    assert "samen" in found
