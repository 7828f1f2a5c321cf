"""What is said in each language: labels, messages as data, words that are data and no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from gettext import NullTranslations

import pytest
from sqlalchemy.dialects import sqlite

from services.campaigns.rules.matching import Ground, Strength
from services.database.schema import MessageText
from services.figures.rules.click import ClickClass
from services.message import NOTHING, LanguageTag, Message, NetworkName, message, message_n, said
from services.people.store.people import ROLES
from services.post import PostState
from services.voice import refusal_of
from services.voice.checking.support import Sources, check_supported
from services.voice.writing.relations import Relation
from services.web import labels, rendering
from services.web.messages import Messages, Unknown, messages_in, preferred_language
from tests.unit.web.organisation import ANNA, BASE, TEXT, Organisation, story, submit

DUTCH, ENGLISH = messages_in("nl"), messages_in("en")
FRENCH = "Nous avons réparé la pompe dans la vieille usine. Le plan était faux."


@pytest.mark.parametrize(
    ("label", "names"),
    [
        (labels.POST_STATE, PostState),
        (labels.RELATION, Relation),
        (labels.STAND, Relation),
        # Why somebody shared about it before is theirs to know.
        (labels.GROUND, {*Ground} - {Ground.INTEREST}),
        (labels.STRENGTH, {*Strength, "added"}),
        (labels.CLICKS, ClickClass),
        (labels.ROLE, ROLES),
    ],
)
def test_every_stored_name_has_a_label(label: Mapping[str, Message], names: Iterable[str]) -> None:
    """A page that shows one finds its words, and has none that no one stores."""
    assert label.keys() == set(names)


def test_a_pages_words_are_data() -> None:
    """Markup in a value or in a catalogue is shown as it is written, never obeyed."""

    class Bold(NullTranslations):
        def gettext(self, message: str) -> str:
            return f"<b>{message}</b>"

    template = rendering.environment().from_string("{{ _('Hello {name}', name='<i>') }}")
    shown = template.render(Messages(language="nl", catalogue=Bold()).spoken)
    assert shown == "&lt;b&gt;Hello &lt;i&gt;&lt;/b&gt;"


def test_values_are_shown_as_their_reader_writes_them() -> None:
    """Numbers, days, names of networks and languages, and messages in messages; each in its own way."""
    text = "the text is {excess} characters too long for {network}"
    long = message("text.too-long", text, excess=1200, network=NetworkName("linkedin"))
    assert DUTCH.say(long) == "De tekst is te lang voor LinkedIn: er moet 1.200 af."
    assert ENGLISH.say(long) == "The text is too long for LinkedIn: 1,200 over the limit."
    assert str(long) == "the text is 1,200 characters too long for linkedin"
    closed = message("vacancy.closed", "the vacancy closed on {day}", day=date(2026, 11, 24))
    assert DUTCH.say(closed) == "De vacature is op 24 november 2026 gesloten."
    given_up = message(
        "post.given-up", "given up after {tries} tries: {reason}", tries=8, reason=long
    )
    assert DUTCH.say(given_up).startswith(
        "Na 8 pogingen gestopt: de tekst is te lang voor LinkedIn"
    )


def test_what_no_catalogue_knows_is_said_in_english_and_counted() -> None:
    """Never a traceback: a sentence of another version, or one whose values have changed."""
    before = Unknown.count
    assert DUTCH.say(message("new.one", "something {new}", new=3)) == "Something 3."
    assert DUTCH.say(Message("vacancy.closed", "the vacancy closed on {day}")).startswith("The v")
    assert DUTCH.say(message_n("new.rows", "{n} row", "{n} rows", 2)) == "2 rows."
    assert DUTCH.gettext("Something {new}", new=3) == "Something 3"
    assert DUTCH.ngettext("1 row", "{n} rows", 2) == "2 rows"
    assert Unknown.count == before + 5
    bare = Message("new.rows", "{n} row of {x.y}", {"x": "z"}, "{n} rows")
    assert DUTCH.say(bare) == "{n} row of {x.y}."
    assert str(bare) == "{n} rows"
    assert Unknown.count == before + 7
    assert DUTCH.say(said("their {own} words")) == "Their {own} words."
    assert ENGLISH.gettext("Something {new}", new=3) == "Something 3"
    assert Unknown.count == before + 7


@pytest.mark.parametrize(
    "words",
    [
        NOTHING,
        said("their own words"),
        said('{"code": "x", "text": "theirs", "values": {}}'),
        message("a.b", "{n} {day} {whose} {names}", n=3, day=date(2026, 1, 2), names=("a", "b"),
                whose=message("c", "of {network} in {language}", network=NetworkName("x"),
                              language=LanguageTag("nl"))),
        message_n("a.c", "{n} row", "{n} rows", 2),
    ],
)  # fmt: skip
def test_a_stored_message_is_the_same(words: Message) -> None:
    """Also somebody's words that look like one of ours."""
    column, dialect = MessageText(), sqlite.dialect()
    stored = column.process_bind_param(words, dialect)
    assert column.process_result_value(stored, dialect) == words


@pytest.mark.parametrize(
    ("text", "dutch"),
    [
        ("Er kwamen 7 mensen.", "het getal 7"),
        ("Dat deed Anna.", "de naam Anna"),
        ("Zij zei “zo”.", "het citaat “zo”"),
    ],
)
def test_what_no_source_says_is_named_in_dutch(text: str, dutch: str) -> None:
    """A number, a name and a quotation are called so in the reader's language."""
    assert list(map(DUTCH.phrase, check_supported(text, Sources()))) == [dutch]


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
    refusal = refusal_of(story(language=language, body=body))
    assert refusal is not None
    for messages in (DUTCH, ENGLISH):
        shown = f"{messages.say(refusal.message)} {messages.say(refusal.remedy)}"
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
    """A visitor's first language of the two is taken; visitors with neither read English."""
    assert preferred_language(header) == language


@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_one_is_singular(number: int) -> None:
    """Only one is one."""
    expected = "1 collega" if number == 1 else f"{number} collega's"
    assert DUTCH.npgettext("asked first", "1 person", "{n} people", number) == expected


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
    """With any preference of the browser a person who is signed in reads their own language, with their menu."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await browser.get("/no/such/page", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "Hier is niets" in answer.text
    assert 'href="/inbox"' in answer.text
