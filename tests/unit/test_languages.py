"""Languages are data: a folder each, and no code that names one."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.campaigns.rules.matching import Ground
from services.language import LANGUAGES, TRAITS, traits_of
from services.language.patterns import phrases_pattern, words_pattern
from services.language.word_files import Table, entries_of, table_of

ROOT = Path(__file__).parents[2]

_WRITES = """
from services.language import LANGUAGES
from services.events.incoming import StoryApproved
from services.message import message
from services.people.ambassador_row import AmbassadorRow
from services.voice.passages import SourceText, find_passages
from services.voice.writing.post_templates import PostTemplates
from services.voice.writing.questions import questions_of
from services.voice.writing.relations import Relation
from services.web.messages import messages_in

person = AmbassadorRow(email="a@example.org", name="A", language="fy").ambassador()
story = StoryApproved.model_validate_json(open("story.json").read())
found = find_passages(SourceText(story))
assert found.chosen, found
assert PostTemplates.load().layouts("fy", "story", Relation.TEAM)
assert questions_of("fy", "story", Relation.TEAM, found.chosen[0])
assert messages_in("fy").phrase(message("layout.today", "today")) == "vandaag"
print(*LANGUAGES, person.address_form)
"""


def test_third_language_is_a_folder(tmp_path: Path) -> None:
    """With files of its own a language is read, offered, written and shown, and no code changes."""
    for room in ("services", "templates"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    first = LANGUAGES[0]
    for folder in ("services/language", "services/voice/vocabulary", "templates/posts"):
        shutil.copytree(tmp_path / folder / first, tmp_path / folder / "fy")
    shutil.copytree(tmp_path / "templates/locale" / first, tmp_path / "templates/locale/fy")
    for file in [*(tmp_path / "templates").rglob(f"*{first}.toml")]:
        shutil.copy(file, file.with_name(file.name.replace(f"{first}.toml", "fy.toml")))
    traits = tmp_path / "services/language/fy/language.toml"
    traits.write_text(traits.read_text("utf-8").replace("place = 1", "place = 3"), "utf-8")
    story = json.loads((ROOT / "examples/stories/nl-de-mof-van-hengelo.json").read_text("utf-8"))
    (tmp_path / "story.json").write_text(json.dumps(story["data"] | {"language": "fy"}), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", _WRITES],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.stdout.split() == [*LANGUAGES, "fy", "je"]


def test_no_code_names_a_language() -> None:
    """Only the product is looked at: tests and benchmarks are about texts in a language.

    A word of a language is no code of one: "en" as an ending, or beside other words.
    """
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in ("services", "streams", "connectors")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in _codes_in(ast.parse(path.read_text("utf-8")))
        if path != ROOT / "services/language/__init__.py"
    ]
    assert named == []


def _codes_in(tree: ast.AST) -> Iterator[ast.Constant]:
    words: set[int] = set()
    for node in ast.walk(tree):
        is_ending = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("endswith")
        if is_ending or isinstance(node, ast.Set | ast.List | ast.Tuple):
            found = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
            if is_ending or any(each.value not in LANGUAGES for each in found):
                words |= set(map(id, found))
        if isinstance(node, ast.Constant) and _names(node.value) and id(node) not in words:
            yield node


def _names(value: object) -> bool:
    """Whether it is a code, or a path below one: "nl/story"."""
    return isinstance(value, str) and re.split(r"[/.]", value)[0] in LANGUAGES and " " not in value


def test_code_that_names_a_language_is_found() -> None:
    """The check above sees a comparison, a default and a table, and no ending or word."""
    code = 'a == "nl"\nb = {"en": 1}\nc = ("nl", "en")\nd.endswith("en")\ne = {"en", "and"}\nf = "nl/x"\n'
    assert sorted(each.lineno for each in _codes_in(ast.parse(code))) == [1, 2, 3, 3, 6]


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_say_why_a_person_is_asked(language: str) -> None:
    """Every ground has its words in each."""
    assert {*traits_of(language).grounds} == {*Ground}
    assert {*TRAITS[language].per} == {"HOUR", "DAY", "WEEK", "MONTH", "YEAR"}


class _Words(Table):
    greeting: str
    farewells: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('greeting = "hoi"\n\ngreting = "dag"\n', "line 3: greting: Extra inputs"),
        ('# note\ngreeting = "hoi"\ngreeting = "dag"\n', "line 3: Cannot overwrite"),
        (
            'greeting = "hoi"\nfarewells = ["dag", "doei", "dag"]\n',
            'line 2: farewells has "dag" twice',
        ),
        ('farewells = ["dag"]\n', "line 1: greeting: Field required"),
        ('greeting = "hoi"\nfarewells = "dag"\n', "line 2: farewells: Input should be"),
        ('greeting = "hoi\n', "line 1: Illegal character"),
    ],
)
def test_faults_of_a_table_have_file_and_line(tmp_path: Path, text: str, fault: str) -> None:
    """An unknown key, a key or a word that is there twice, and what is no value for its key."""
    file = tmp_path / "words.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"words\.toml, ") as refused:
        table_of(file, _Words)
    assert fault in str(refused.value)


def test_word_twice_in_a_list_is_refused(tmp_path: Path) -> None:
    """With its file and both lines, for its editor."""
    file = tmp_path / "twice.txt"
    file.write_text("# note\nbrug\nsluis\n\nbrug\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r'twice\.txt, line 5: "brug" is in line 2 too'):
        entries_of(file)
    with pytest.raises(ValueError, match=r"once\.txt: there is no such list"):
        entries_of(tmp_path / "once.txt")


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("ik werk … bij/voor", "Ik werk al jaren bij de gemeente", True),
        ("ik werk … bij/voor", "Ik werk bij de gemeente", True),
        ("ik werk … bij/voor", "Ik werkte bij de gemeente", False),
        ("mijn (eigen) werkgever", "Mijn werkgever", True),
        ("mijn (eigen) werkgever", "mijn eigen  werkgever", True),
        ("mijn (eigen) werkgever", "mijn oude werkgever", False),
        ("i'm working at", "I’m working at Garrow", True),
        ("^ do not post this", "Well, do not post this", True),
        ("^ do not post this", "I do not post this", False),
        ("system prompt*", "your System prompts", True),
        ("assistant:", "Assistant: yes", True),
    ],
)
def test_phrases_of_a_list_are_found(phrase: str, text: str, found: bool) -> None:
    """Either word, a word that may be missing, a gap, and the beginning of a clause."""
    pattern = phrases_pattern([phrase], gap=r"\s+(?:\w+\s+){0,4}")
    assert (pattern.search(text) is not None) is found


def test_words_with_a_capital_are_found_as_they_stand() -> None:
    """ "I" is somebody, and "i" a letter."""
    pattern = words_pattern(["I", "mijn"])
    assert [pattern.search(each) is not None for each in ("so I went", "i.e.", "MIJN")] == [
        True,
        False,
        True,
    ]
