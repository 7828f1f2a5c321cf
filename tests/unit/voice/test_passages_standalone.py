"""Passages that a stranger understands, and those that lean on what stood before."""

from __future__ import annotations

import pytest

from services.voice.passages import SourceText, find_passages
from tests.unit.voice.sources import story, texts_of

_BEFORE_NL = (
    "Op 2 mei viel gemaal De Wachter bij ons uit, omdat niemand het krooshek had nagekeken."
)
_BEFORE_EN = "On 2 May our pump stopped at Thorney Drove, because nobody had cleaned the gate."


@pytest.mark.parametrize(
    ("before", "pointing"),
    [
        (
            "Bij de sluis lag een kabel.",
            "Dat duurde elf weken, en niemand wist waarom het zo lang duurde.",
        ),
        (
            "Bij de sluis lag een kabel.",
            "Hij was elf weken te laat, en niemand wist waarom dat was.",
        ),
        (
            "De pomp liep 361 keer vast.",
            "Nu zitten we op 90 keer, en niemand had dat van ons verwacht.",
        ),
        (
            "De pomp liep vaak vast.",
            "De oplossing kostte elf euro, en niemand had er eerder aan gedacht.",
        ),
        ("De pomp liep vaak vast.", "In die elf weken stond het water te hoog bij drie bedrijven."),
        (
            "De pomp liep vaak vast.",
            "Het tweede plan mislukte na elf weken, omdat niemand het las.",
        ),
        (
            "De pomp had kabels met kernen.",
            "De kernen waren verkeerd verbonden, en niemand had het gezien.",
        ),
        ("We wachtten.", "Drie bedrijven wachtten langer, en niemand had ze dat verteld."),
    ],
)
def test_a_sentence_that_points_back_begins_no_dutch_passage(before: str, pointing: str) -> None:
    """Pronouns, counts, ordinals and nouns that were named before send the passage upwards."""
    content = story(f"{before} Er gebeurde verder weinig die dag.\n\n## Later\n\n{pointing}")
    assert not any(text.startswith(pointing) for text in _alone(content))


@pytest.mark.parametrize(
    ("before", "pointing"),
    [
        ("A cable lay by the lock.", "It took eleven weeks, and nobody knew why it took so long."),
        ("A cable lay by the lock.", "They were eleven weeks late, and nobody knew why that was."),
        ("The pump failed 361 times.", "Now we are at 90, and nobody had expected that of us."),
        (
            "The pump often failed.",
            "The fix was four lines long, and nobody had thought of it before.",
        ),
        ("The pump often failed.", "In the first week it failed nine times, and nobody noticed."),
        (
            "The cable has cores.",
            "The cores were wired wrongly, and nobody had seen it in eleven weeks.",
        ),
        (
            "Len Okafor came.",
            "Retired bus driver Ann Hall solved it by leaving two messages a day.",
        ),
        ("We waited.", "Nine of them wanted to be told earlier, and nobody had told them."),
    ],
)
def test_a_sentence_that_points_back_begins_no_english_passage(before: str, pointing: str) -> None:
    """The same in English."""
    content = story(f"{before} Little else happened.\n\n## Later\n\n{pointing}", language="en")
    assert not any(text.startswith(pointing) for text in _alone(content))


@pytest.mark.parametrize(
    "unclear",
    [
        "Gasten zijn intussen naar ons bijgebouw verhuisd, omdat onze lift in mei drie keer vastliep.",
        (
            "Omdat we sinds september van alle elektro opschrijven wanneer het binnenkomt, kon Anja van "
            "de brengbalie terugzoeken dat hij bij een huisontruiming aan de Warnsveldseweg hoorde."
        ),
        # A noun that everybody but the reader knows.
        "De monteur zag op 3 mei bij ons dat niemand de klep van de pomp had nagekeken.",
        "In kast 14 bleek bij ons de tweede klep te kleven, en niemand had dat gezien.",
        "Bij ons vergat niemand de eerste week zijn code, en toch belden er elf mensen.",
        "Alle veertien bedrijven wilden op 3 mei met ons praten, en niemand bleef weg.",
        # A name that says nothing.
        "In augustus vond Bram bij ons drie larven onder een plint, en niemand wist wat het was.",
        "De SKP lag op 3 mei bij ons elf uur stil, en de HRTQ ook, en niemand wist waarom.",
        # A word that lacks its complement, or its noun.
        "Een meisje uit onze straat vond hem na elf dagen in een plantenbak.",
        "Op 3 mei hadden we er acht, en niemand bij ons wist hoeveel het er waren.",
        # What was there before.
        "Sinds 3 mei hangen er bij ons nog elf sleutels aan een ring van anderhalve kilo.",
        "In elke bus ligt nu een doos met zes relais, en niemand hoeft te zoeken.",
    ],
)
def test_a_dutch_sentence_that_leaves_a_reader_asking_is_none(unclear: str) -> None:
    """Alone or not: something is taken as known that is not."""
    assert texts_of(story(f"{_BEFORE_NL}\n\n## Later\n\n{unclear}")) == [_BEFORE_NL]


@pytest.mark.parametrize(
    "unclear",
    [
        "The driver, who asked not to be named, reversed off our ramp and finished his tea.",
        "The company had planned to replace the ramp in 2029, and found two cracks at our quay.",
        "We lost two of our volunteers in the first month, and nobody had expected that.",
        "In August Bram found three larvae in our cellar, and nobody knew what to do.",
        "It was an apprentice of ours who shouted on 3 May, and eleven people stopped.",
        "What we found The valve had been stuck in our pump for eleven weeks.",
        "Valves 1 to 38 installed and stressed.",
        "Guests already booked have been moved to our annexe, and the loss of £900 is ours.",
        "On Monday our pump failed eleven times, because nobody had looked at its valve.",
    ],
)
def test_an_english_sentence_that_leaves_a_reader_asking_is_none(unclear: str) -> None:
    """The same in English."""
    found = texts_of(story(f"{_BEFORE_EN}\n\n## Later\n\n{unclear}", language="en"))
    assert found == [_BEFORE_EN]


@pytest.mark.parametrize(
    ("language", "clear"),
    [
        (
            "nl",
            "In ons museum bestrijden we kevers niet met gif maar met kou: het doek gaat twee weken in de vriezer.",
        ),
        ("nl", "Op het dak van gemaal De Kromme liepen in mei elf geiten, en niemand miste ze."),
        (
            "nl",
            "Onze monteur Aaltje Boer maakte in mei elf dozen, van schuimrubber uit een oude bank.",
        ),
        ("nl", "Dit voorjaar vonden duikers in onze haven 318 houten palen uit 1908."),
        ("en", "In April our inspector Graham Tull put his foot through a flood bank in Thorney."),
        ("en", "A neighbour told our harbour office that she had heard the clock strike three."),
        ("en", "On Wednesday afternoons eleven children bring a broken coat to our library."),
        (
            "en",
            "Our planners at Quillstack run no job that has run for a date twice for that date.",
        ),
    ],
)
def test_a_sentence_that_names_its_own_is_one(language: str, clear: str) -> None:
    """Whose it is, who somebody is, and what everybody knows."""
    assert clear in texts_of(story(f"Welkom.\n\n{clear}", language=language))


def test_a_text_that_no_stranger_understands_is_unclear() -> None:
    """Its author is asked to tell it once, to a stranger."""
    found = find_passages(
        SourceText(story("Vannacht sloeg de pomp elf keer af, en niemand had het gezien."))
    )
    assert (found.chosen, found.lacking) == ((), "unclear")


def _alone(content: object) -> list[str]:
    found = find_passages(SourceText(content))  # type: ignore[arg-type]
    return [each.text for each in found.chosen]


def test_a_passage_is_extended_upwards() -> None:
    """A sentence that leans is behind the one it leans on."""
    body = "Monteur Wim Dekkers ontdekte na elf uur zoeken naar een lek dat de pomp stilstond. Hij heeft hem met een hark losgemaakt."
    assert texts_of(story(body)) == [body]


def test_the_noun_has_the_article_of_the_source() -> None:
    """A question can be asked about it: "Wat had de sluis met jou te maken?"."""
    body = (
        "Op 3 mei liep de sluis elf keer vol. Niemand had de sluis nagekeken, omdat het zondag was."
    )
    (passage,) = find_passages(SourceText(story(body, title="Water in de sluis"))).chosen
    assert passage.noun == "de sluis"


def test_a_noun_in_doubt_is_none() -> None:
    """Without an article in the source there is nothing to ask about."""
    body = "Twaalf vrijwilligers bellen elke zondag driehonderd mensen, en niemand hangt op."
    (passage,) = find_passages(SourceText(story(body))).chosen
    assert passage.noun == ""
