"""The catalogues: same keys, all used, same placeholders, and in step with what services say."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.voice import unsaid
from services.voice.writing.relations import Relation
from services.web.messages import as_sentence, messages_in, preferred_language
from tests.unit.web.organisation import ANNA, BASE, TEXT, Organisation, story, submit

ROOT = Path(__file__).parents[3]
DUTCH, ENGLISH = messages_in("nl"), messages_in("en")
FRENCH = "Nous avons réparé la pompe dans la vieille usine. Le plan était faux."


def test_every_language_has_the_same_keys() -> None:
    """What can be said in one language can be said in the other."""
    assert DUTCH.texts.keys() == ENGLISH.texts.keys()


def test_every_language_has_the_same_placeholders() -> None:
    """A text speaks of the same things in every language ("one" may be a word)."""

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"n"}

    for key, text in ENGLISH.texts.items():
        assert names(DUTCH.texts[key]) == names(text), key


def test_every_relation_has_words() -> None:
    """Why this text is told in plain words, and so is whom a template is for."""
    for relation in Relation:
        for place in ("inbox.stand", "templates.relation"):
            assert f"{place}.{relation}" in ENGLISH.texts, relation


def test_sentences_keep_what_differs() -> None:
    """A translated sentence carries the numbers and names of the original; others stay."""
    said = "the text is 12 characters too long for linkedin"
    assert DUTCH.sentence(said) == "De tekst is te lang voor LinkedIn: er moet 12 af."
    assert ENGLISH.sentence(said) == "The text is too long for LinkedIn: 12 over the limit."
    assert DUTCH.sentence("something nobody translated") == "Something nobody translated."


@pytest.mark.parametrize(
    ("said", "dutch"),
    [
        ("the text would say what no source says: the number 7", "geen bron staat: het getal 7."),
        ("the text would say what no source says: the name Anna", "geen bron staat: de naam Anna."),
        ("the text would say what no source says: the quotation “a”", "staat: het citaat “a”."),
    ],
)
def test_what_no_source_says_is_told_in_dutch(said: str, dutch: str) -> None:
    """A number, a name and a quotation are called so in the reader's language."""
    assert DUTCH.sentence(said).endswith(dutch)


@pytest.mark.parametrize(
    ("language", "body", "named"),
    [
        ("nl", FRENCH, "Nederlands"),
        ("en-GB", FRENCH, "Engels"),
        ("nl", "For a year nobody had looked at the pump in the wrong place.", "Engels"),
        ("en", "Een jaar lang had niemand naar de pomp in de kelder gekeken.", "Nederlands"),
    ],
)
def test_another_language_is_explained_without_codes(language: str, body: str, named: str) -> None:
    """On a page languages have names, and the remedy is something that its reader can do."""
    refusal = unsaid(story(language=language, body=body))
    assert refusal is not None
    for messages in (DUTCH, ENGLISH):
        shown = f"{messages.sentence(str(refusal))} {messages.sentence(refusal.remedy)}"
        assert not re.search(r"\b(nl|en-GB|story_id)\b|\"", shown)
        assert named in shown or messages is ENGLISH


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl", "nl"),
        ("nl-BE,fr;q=0.8", "nl"),
        ("en-GB,nl;q=0.9", "en"),
        ("en;q=0.2,nl;q=0.9", "nl"),
        ("fr,de;q=0.5", "en"),
        ("nl;q=0", "en"),
        ("", "en"),
        ("nl;q=nonsense", "en"),
        ("*,,;;q=", "en"),
    ],
)
def test_the_language_of_a_visitor(header: str, language: str) -> None:
    """A visitor's first language of the two is taken; whoever has neither reads English."""
    assert preferred_language(header) == language


@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_one_is_singular(number: int) -> None:
    """Only one is one."""
    expected = "1 collega" if number == 1 else f"{number} collega's"
    assert DUTCH.count("campaign.people", number) == expected


async def test_a_reader_chooses_the_language_of_the_pages(organisation: Organisation) -> None:
    """One press puts all pages in the other language, the same page first, and texts stay theirs."""
    await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", "/language", language="en")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        browser.headers["Referer"] = f"{BASE}/profile?x=1"
        answer = await submit(browser, "/inbox", "/language", language="en")
        assert answer.headers["Location"] == "/profile?x=1"
        browser.headers["Referer"] = "https://evil.example//evil.example/x"
        answer = await submit(browser, "/inbox", "/language", language="en")
        assert answer.headers["Location"] == "/evil.example/x"
        page = (await browser.get("/inbox")).text
        assert "Your inbox" in page
        assert TEXT in page
        assert (await submit(browser, "/inbox", "/language", language="fr")).status_code == 422
        await submit(browser, "/inbox", "/language", language="nl")
        assert "Je inbox" in (await browser.get("/inbox")).text


async def test_a_page_that_is_not_there_speaks_the_persons_language(
    organisation: Organisation,
) -> None:
    """Whatever the browser prefers, who is signed in reads their own language, with their menu."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await browser.get("/no/such/page", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "Hier is niets" in answer.text
    assert 'href="/inbox"' in answer.text


#: Rooms whose sentences are read at a terminal or by another system, never on a page.
_ELSEWHERE = (
    "connectors/feed.py",
    "connectors/sandbox/",
    "connectors/mail.py",
    "services/settings/",
    "services/people/import_ambassadors.py",
    "services/campaigns/import_feed.py",
    "services/text/spreadsheet_text.py",
    "services/vault.py",
    "services/web/api/",
    "streams/command_line/",
    "streams/demo/",
    "streams/logs/embedded/",
    "streams/logs/kafka/",
    "streams/serving/owner_client.py",
)


def _said() -> Iterator[tuple[str, str]]:
    """Every fault and remedy in the code, with a 7 where something differs, and its file."""
    for room in ("services", "connectors", "streams"):
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place.startswith(_ELSEWHERE):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in _FAULTS:
                    remedies = [each.value for each in node.keywords if each.arg == "remedy"]
                    for said in (*node.args[:1], *remedies):
                        yield from ((text, place) for text in _text(said))


_FAULTS = {"Rejected", "NeedsPerson", "NoDraft", "HoldsWord", "OutcomeUnknown", "RetryLater"}


def _name(called: ast.expr) -> str:
    """Of ``NeedsPerson`` and of ``errors.NeedsPerson``."""
    return str(getattr(called, "id", "") or getattr(called, "attr", ""))


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values
        )


def test_every_sentence_is_said_in_dutch() -> None:
    """Whatever a service, a connector or the worker says on a page is translated."""
    sentences = list(_said())
    assert len(sentences) > 150
    english = {
        (text, place) for text, place in sentences if DUTCH.sentence(text) == as_sentence(text)
    }
    assert not english
