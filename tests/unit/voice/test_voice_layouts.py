"""Layouts are whole posts: each that is shipped keeps the rules, and one that does not is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Rejected, Stop
from services.voice import Composer, Dealt, PostTemplates
from services.voice.writing.layout_syntax import MOST, read_sections, slots_of, syntax_faults
from services.voice.writing.post_templates import PATHS
from services.voice.writing.relations import RELATIONS, Relation
from services.voice.writing.template_check import check_template
from tests.builders import story, vacancy
from tests.unit.voice.material import (
    crowd,
    request,
    shipped_templates,
    speaks_of,
)

PATH = "nl/story/craft.j2"
#: What a passage says, and the rest of its story.
TOLD = {
    "nl": "In mei kreeg onze pomp in Kampen drie keer een nieuwe pakking van een euro.",
    "en": "Our reservoir pump in Kampen got a new gasket worth one euro three times in May.",
}
ENOUGH = {
    "nl": "De monteur zette er in juni een nieuwe in, en sindsdien loopt hij weer.",
    "en": "The fitter put in a new one in June, and it has been running since then.",
}
#: An answer that says itself that somebody is sought.
SOUGHT = {
    "nl": "Wij zoeken er een planner bij voor de vroege dienst in Kampen.",
    "en": "We are looking for one more planner for the early shift in Kampen.",
}
#: An answer that names the employer itself.
NAMED = {"nl": "Wij planden het bij Zwaan. ", "en": "We planned it at Zwaan. "}
GOOD = "{{ passage }}\n\nIk werk bij {{ employer }}. Het hele verhaal: {{ link }}"


@pytest.mark.parametrize("path", PATHS)
def test_every_shipped_layout_keeps_the_rules(templates: PostTemplates, path: str) -> None:
    """One employer, one link, no claim, no feeling, enough of each length: nothing is to be said."""
    blocking = [
        fault for fault in check_template(templates, path, templates.files[path]) if fault.blocks
    ]
    assert blocking == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", sorted(RELATIONS))
def test_every_shipped_layout_is_dealt(templates: PostTemplates, language: str, kind: str) -> None:
    """Each renders for a person of whom it needs no more than is known, with and without answer."""
    told = TOLD[language]
    content = (
        story(body=f"{told} {ENOUGH[language]}", language=language, passages=(told,))
        if kind == "story"
        else vacancy(title="Planner", description=told, language=language, passages=(told,))
    )
    composer = Composer(templates)
    person = next(
        one
        for one in crowd(40, language)
        if one.role and one.team and one.region and one.crafts and one.address_form != "u"
    )
    for relation in RELATIONS[kind]:
        shown: set[str] = set()
        own = (speaks_of(told), SOUGHT[language])
        for answer in ("", *own, *(NAMED[language] + each for each in own)):
            for network in ("linkedin", "x"):
                variant = 0
                while variant < 200:
                    asked = request(
                        content, person, network=network, variant=variant, answer=answer,
                        as_it_is=True, as_if=relation,
                    )  # fmt: skip
                    try:
                        draft = composer.compose(asked, Dealt())
                    except Rejected:
                        break
                    if not draft.text:
                        break
                    shown.add(draft.layout)
                    variant = draft.recipe["variant"] + 1
        known = {
            layout.name
            for layout in templates.layouts(language, kind, relation)
            if "author" not in layout.needs
        }
        assert known <= shown, (relation, known - shown)


def faults(text: str, path: str = PATH) -> set[str]:
    whole = f"=== eigen\n{text}\n"
    return {
        fault.name
        for fault in check_template(shipped_templates(), path, whole)
        if not fault.name.startswith("few")
    }


def test_a_good_one_has_nothing_to_be_said() -> None:
    """The plainest post there is."""
    assert faults(GOOD) == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GOOD.replace("{{ employer }}", "ons"), "no_disclosure"),
        (GOOD.replace("Ik werk bij {{ employer }}", "{{ employer }} bouwt het"), "no_disclosure"),
        (f"{GOOD}\n\n{{{{ employer }}}}", "no_disclosure"),
        (GOOD.replace("{{ link }}", ""), "link"),
        (f"{{{{ link }}}} is het adres.\n\n{GOOD.replace('{{ link }}', '')}", "link"),
        (f"Trots op dit verhaal. {GOOD}", "opinion"),
        (f"Ik las dit net. {GOOD}", "opinion"),
        (f"Wat vind jij?\n\n{GOOD}", "not_prose"),
        (f"Kijk eens!\n\n{GOOD}", "not_prose"),
        (f"#samen {GOOD}", "not_prose"),
        (f"🎉 {GOOD}", "not_prose"),
        (f"“Zo gaat dat.” {GOOD}", "not_prose"),
        (f"Het waren er 12. {GOOD}", "claim"),
        (f"Dit zegt Maximiliaan. Zo zegt Maximiliaan het. {GOOD}", "claim"),
        (f"{GOOD.replace('{{ passage }}', 'woord ' * 61)}", "too_many_words"),
        (f"Eerst dit.\n\n{{{{ answer }}}}\n\n{GOOD}", "answer_later"),
        (f"Zie je {{% if team %}}{{{{ team }}}}{{% endif %}} . {GOOD}", "holes"),
        (f"Dat ziet u zelf. {GOOD}", "address"),
        (f"Dat zie je zelf. {GOOD}", "address"),
        (f"Zo schreef {{{{ author }}}} het. {GOOD}", "author"),
        (f"{{{{ rol }}}} {GOOD}", "unknown_field"),
        (f"{{{{ job }}}} {GOOD}", "unknown_field"),
        (f"{{% for x in role %}}x{{% endfor %}} {GOOD}", "not_allowed"),
        (f"{{{{ role|upper }}}} {GOOD}", "not_allowed"),
        (f"{{{{ ''.join(role) }}}} {GOOD}", "not_allowed"),
        (f"{{{{ role }} {GOOD}", "unreadable"),
    ],
)
def test_what_is_wrong_is_named(text: str, name: str) -> None:
    """Each rule by its name."""
    assert name in faults(text)


def test_a_post_about_a_vacancy_names_the_job() -> None:
    """Somebody is sought, and for what."""
    assert faults(GOOD.replace("verhaal", "bericht"), "nl/vacancy/team.j2") == {"no_job"}


def test_a_fault_has_its_line() -> None:
    """A person who writes sees where: the header's line, or that of the mark itself."""
    text = f"=== een\n{GOOD}\n\n=== twee short\n\n{{{{ rol }}}}\n"
    assert [(each.name, each.line) for each in syntax_faults(PATH, text)] == [
        ("unknown_field", text.split("\n").index("{{ rol }}") + 1)
    ]
    assert [each.line for each in syntax_faults(PATH, "een opmerking\n=== Een Naam\nx\n")] == [2]


def test_a_broken_file_stops_the_start_with_its_name(tmp_path: Path) -> None:
    """A file that cannot be used, or is not there, is named with its line."""
    shipped = shipped_templates()
    for path, text in shipped.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert PostTemplates.load(tmp_path).version == shipped.version
    (tmp_path / PATH).write_text(f"=== een\n{GOOD}\n{{% for %}}\n")
    with pytest.raises(Stop, match=r"nl/story/craft\.j2 cannot be used \(unreadable, line 5\)"):
        PostTemplates.load(tmp_path)
    (tmp_path / PATH).unlink()
    with pytest.raises(Stop, match=r"lack nl/story/craft\.j2"):
        PostTemplates.load(tmp_path)


def test_what_is_asked_for_is_optional() -> None:
    """A slot that stands only where it is known keeps the layout from no one."""
    text = "=== a\n{% if role %}{{ role }}{% else %}{{ team }}{% endif %} {{ link }}"
    (section,) = read_sections(text)
    uses, needs = slots_of(section)
    assert needs == {"link", "team"}
    assert uses - needs == {"role"}


@given(st.text(max_size=400))
def test_any_text_is_checked_or_refused(text: str) -> None:
    """Whatever is typed gives faults, and what has none compiles and renders."""
    if any(syntax_faults(PATH, text)):
        return
    sections = list(read_sections(text))
    assert 0 < len(sections) <= MOST["layouts"]
    shipped_templates().revised({PATH: (1, text)})


def test_a_hundred_layouts_are_too_many() -> None:
    """Size and time are bounded by what can be written."""
    text = "".join(f"=== naam-{chr(97 + n % 26)}{n // 26}\n{GOOD}\n" for n in range(100))
    assert {each.name for each in syntax_faults(PATH, text)} == {"too_many_layouts"}
    assert {each.name for each in syntax_faults(PATH, "x" * 30_000)} == {"too_large"}


def test_relations_have_an_order() -> None:
    """Every relation belongs to a kind, and the last always holds."""
    assert {each for some in RELATIONS.values() for each in some} == set(Relation)
    assert all(some[-1] is Relation.COLLEAGUE for some in RELATIONS.values())
