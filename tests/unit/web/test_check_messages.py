"""Faults of catalogues and of files of words are found at build time, with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.check_messages import (
    ROOT,
    Said,
    faults,
    faults_of_catalogue,
    faults_of_code,
    faults_of_words,
    said_in,
    words_in,
)

CODE = 'message("a.long", "{n} too long", n=1)\nmessage_n("a.rows", "{n} row", "{n} rows", 2)\n'
GOOD = """
msgctxt "a.long"
msgid "{n} too long"
msgstr "{n} te lang"

msgctxt "a.rows"
msgid "{n} row"
msgid_plural "{n} rows"
msgstr[0] "een regel"
msgstr[1] "{n} regels"
"""
SAID = [each for each in said_in(CODE, "x.py") if isinstance(each, Said)]


def found(catalogue: str) -> list[str]:
    return list(
        faults_of_catalogue(catalogue.encode(), SAID, place="nl.po", language="nl", complete=True)
    )


def test_a_catalogue_in_step_is_good() -> None:
    """Only one is one: that form may say it in a word."""
    assert found(GOOD) == []


def test_our_own_are_in_step() -> None:
    """`make lint` asks the same."""
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgstr "{n} te lang"', 'msgstr ""', "nl.po:3: a.long is not translated"),
        ("{n} te lang", "{number} te lang", "nl.po:3: a.long has other values in braces"),
        ("{n} te lang", "te lang", "nl.po:3: a.long has other values in braces"),
        ("{n} regels", "regels", "nl.po:7: a.rows has other values in braces"),
        ("{n} too long", "{n} long", "nl.po:3: nothing says a.long"),
        ('\nmsgctxt "a.long"', '\n#, fuzzy\nmsgctxt "a.long"', "a.long is fuzzy"),
        (GOOD[: GOOD.index("\n\n") + 1], "", "x.py:1: a.long is missing from nl.po"),
        ('msgstr "{n} te lang"', 'msgtext "x"', "nl.po:4: it cannot be compiled"),
        ('msgstr "{n} te lang"', 'msgstr "{n} te lang', "nl.po:4: it cannot be compiled"),
        (GOOD, GOOD + GOOD, "nl.po:13: a.long is there twice"),
    ],
)
def test_a_fault_is_named_with_its_place(before: str, after: str, fault: str) -> None:
    """Missing, fuzzy, left over, other values, no catalogue at all."""
    assert any(fault in each for each in found(GOOD.replace(before, after, 1)))


def test_a_fault_of_the_words_is_named_with_its_place(tmp_path: Path) -> None:
    """A word twice, a list that one language lacks or no rule reads, and a key that is misspelt."""
    for folder in ("services", "templates/posts/questions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    words = tmp_path / "services/voice/vocabulary"
    assert list(faults_of_words(tmp_path)) == []
    (words / "titles.txt").write_text("dr\n# note\ndr\n", "utf-8")
    (words / "nl/health.txt").rename(words / "nl/helth.txt")
    grammar = words / "en/grammar.toml"
    grammar.write_text("frist" + grammar.read_text("utf-8").partition("\nfirst")[2], "utf-8")
    questions = tmp_path / "templates/posts/questions/nl.toml"
    questions.write_text(questions.read_text("utf-8").replace("[story]", "[storie]"), "utf-8")
    place = "services/voice/vocabulary"
    english = (ROOT / "templates/posts/questions/en.toml").read_text("utf-8").splitlines()
    line = english.index("[story]") + 1
    assert {
        f'{place}/titles.txt, line 3: "dr" is in line 1 too',
        f"{place}/nl/health.txt:1: another language has this list, and this one has not",
        f"{place}/nl/helth.txt:1: no rule reads this list",
        f"{place}/en/grammar.toml:1: no rule reads frist",
        f"templates/posts/questions/en.toml:{line}: another language has no story",
    } <= {*faults_of_words(tmp_path)}


def test_a_value_may_be_left_out_on_purpose() -> None:
    """Where a translator says so above it."""
    left_out = GOOD.replace("{n} te lang", "te lang").replace(
        'msgctxt "a.long"', '# leaves out: n\nmsgctxt "a.long"'
    )
    assert found(left_out) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('message(code, "text")', "x.py:1: code and text have to be literals"),
        ('message("a", f"{n} long")', "x.py:1: code and text have to be literals"),
        ('message("a", "{n} {m}", n=1)', "x.py:1: a says m and is not given it"),
    ],
)
def test_an_untranslatable_message_is_refused(code: str, fault: str) -> None:
    """A catalogue finds literals only, and a sentence is given what it names."""
    assert fault in next(each for each in said_in(code, "x.py") if isinstance(each, str))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("\n{{ _(name) }}", "x.html:2: its words have to be literals"),
        ('{{ pgettext(x, "Save") }}', "x.html:1: its words have to be literals"),
        ('{{ _("Hello {name}") }}', "x.html:1: “Hello {name}” says name and is not given it"),
        ('{{ ngettext("one", "{n} of {all}", 3) }}', "x.html:1: “one” says all"),
    ],
)
def test_untranslatable_words_are_refused(words: str, fault: str) -> None:
    """The same on pages."""
    assert fault in next(each for each in words_in(words, "x.html") if isinstance(each, str))


def test_words_of_a_page_are_found_where_they_stand() -> None:
    """In an attribute, in a condition, in a value of others; without and with a context."""
    page = """<p title="{{ _('A') if x else _("B {c}", c=_("C")) }}">
        {{ npgettext("menu", "one", "{n}", 2) }}"""
    found = {(each.code, each.texts) for each in words_in(page, "x.html") if isinstance(each, Said)}
    assert found == {("", ("A",)), ("", ("B {c}",)), ("", ("C",)), ("menu", ("one", "{n}"))}


def test_a_code_has_one_text() -> None:
    """Programs that read codes may rely on it."""
    other = Said(place="y.py:7", code="a.long", texts=("long",))
    assert list(faults_of_code([*SAID, other])) == ["y.py:7: a.long has another text at x.py:1"]
