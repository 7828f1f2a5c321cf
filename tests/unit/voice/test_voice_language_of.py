"""A text in another language than it was sent as is noticed, and no other text is."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.voice import other_language, refusal_of
from services.voice.language.words import in_another_language, other_language_of, split_sentences
from services.voice.passages import SourceText, find_passages
from tests.builders import story, vacancy
from tests.unit.voice import short_stories
from tests.unit.voice.material import example_content

DUTCH = (
    "Op 3 maart viel in de hele straat de stroom uit. Onze monteur reed er meteen heen en vond na"
    " twee uur de fout in een oude kast. De tekening klopte niet met de werkelijkheid."
)
ENGLISH = (
    "On 3 March the power failed in the whole street. Our engineer drove there at once and found"
    " the fault after two hours in an old cabinet. The drawing did not match what was there."
)
OTHERS = {
    "German": "Am Montagmorgen fiel in der ganzen Straße der Strom aus. Unser Monteur fuhr sofort hin und"
    " fand nach zwei Stunden den Fehler in einem alten Kasten. Die Zeichnung stimmte nicht.",
    "French": "Lundi matin, le courant a été coupé dans toute la rue. Notre technicien est parti aussitôt et"
    " a trouvé la panne après deux heures dans une vieille armoire. Le plan ne correspondait pas.",
    "Spanish": "El lunes por la mañana se cortó la corriente en toda la calle. Nuestro técnico salió enseguida"
    " y encontró la avería después de dos horas en un armario viejo. El plano no coincidía.",
    "Danish": "Mandag morgen gik strømmen i hele gaden. Vores montør kørte straks derud og fandt efter to"
    " timer fejlen i et gammelt skab. Tegningen passede ikke med virkeligheden.",
    "Polish": "W poniedziałek rano na całej ulicy zabrakło prądu. Nasz monter pojechał od razu i po dwóch"
    " godzinach znalazł usterkę w starej szafie. Rysunek nie zgadzał się z rzeczywistością.",
    "Turkish": "Pazartesi sabahı bütün sokakta elektrik kesildi. Ustamız hemen yola çıktı ve iki saat sonra"
    " arızayı eski bir dolapta buldu. Çizim gerçekle uyuşmuyordu ve aynı gün bunu düzelttik.",
    "Greek": "Τη Δευτέρα το πρωί κόπηκε το ρεύμα σε όλο τον δρόμο και ο τεχνικός μας πήγε αμέσως εκεί για να"
    " το φτιάξει. Μετά από δύο ώρες βρήκε τη βλάβη σε ένα παλιό ερμάριο στην άκρη του δρόμου.",
}
MODERATE = {
    "one line": "Our bridge works again.",
    "headings": "New pump installed\n\nTwelve houses connected\n\nSix days of work\n\nHengelo, Borne, Almelo",
    "telegram": "Nieuwe warmtepomp Hengelo geplaatst. Twaalf woningen aangesloten, drie monteurs, zes dagen"
    " werk. Storing transformator opgelost. Planning volgende week: kabels Enschede, station Almelo.",
    "terms": "Ons team draait op Kubernetes en Terraform. Elke deploy gaat via een pull request met review,"
    " daarna bouwt de pipeline een container image en rolt ArgoCD die uit naar het cluster.",
    "half and half": f"{DUTCH} {ENGLISH}",
    "a third": f"{ENGLISH}\n\n{DUTCH}\n\n{ENGLISH}",
    "a quotation": f"{DUTCH} Hij zei: “{ENGLISH}”",
    "Frisian": "Moandeitemoarn foel yn de hiele strjitte de stroom út. Us monteur ried der daliks hinne en"
    " fûn nei twa oeren de fout yn in âlde kast. De tekening kaam net oerien mei de wurklikheid.",
}

QUOTED = (
    "Der Techniker hat die Pumpe in zwei Stunden repariert und getestet.",
    "Die Zeichnung des Kastens stimmte auch nach dem Umbau noch nicht.",
    "Notre technicien a trouvé la panne dans une vieille armoire.",
    "Nuestro técnico encontró la avería en un armario viejo.",
    "Die span het die fout vir die bure gevind en nie weer gebel nie.",
)
NOISE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize("name", sorted(example_content()))
def test_an_example_is_in_its_own_language(name: str) -> None:
    """And sent as the other one it is refused for the language that it is in."""
    content = example_content()[name]
    assert other_language(content) is None
    swapped = {"nl": "en", "en": "nl"}[content.language]
    assert other_language(content.model_copy(update={"language": swapped})) == content.language


@pytest.mark.parametrize(("name", "declared"), list(product(OTHERS, ["nl", "en-GB"])))
def test_a_third_language_is_noticed(name: str, declared: str) -> None:
    """Which one it is is not known, that it is another is."""
    about = story(body=OTHERS[name], language=declared)
    assert other_language(about) == ""
    refusal = refusal_of(about)
    assert refusal is not None
    assert "its text is in another language" in str(refusal)
    assert str(refusal.remedy) == "Send it in en or nl, under a new story_id."


@pytest.mark.parametrize("name", sorted(MODERATE))
def test_short_mixed_and_listed_texts_pass(name: str) -> None:
    """Where a doubt is left, single sentences are looked at, as ever."""
    assert other_language(story(body=MODERATE[name])) is None


@pytest.mark.parametrize("body", [*short_stories.DUTCH, *short_stories.REGIONAL])
def test_a_short_dutch_story_passes(body: str) -> None:
    """Telegram style, foreign names, product codes, Frisian and Low Saxon are no other language."""
    assert other_language(story(body=body)) is None


@pytest.mark.parametrize("body", short_stories.ENGLISH)
def test_a_short_english_story_passes(body: str) -> None:
    """With Dutch, German, French and Spanish names in it too."""
    assert other_language(story(body=body, language="en")) is None


@pytest.mark.parametrize("declared", ["nl", "en-GB"])
@pytest.mark.parametrize("body", [*short_stories.FOREIGN, short_stories.ARABIC])
def test_a_short_story_in_a_third_language_is_refused(body: str, declared: str) -> None:
    """Two sentences are enough in any language, as is another script."""
    assert other_language(story(body=body, language=declared)) == ""


@pytest.mark.parametrize("body", [short_stories.DUTCH[1], short_stories.DUTCH[10]])
def test_a_short_dutch_story_sent_as_english_is_dutch(body: str) -> None:
    """And the other way round, by their own small words."""
    assert other_language(story(body=body, language="en")) == "nl"
    assert other_language(story(body=short_stories.ENGLISH[1])) == "en"


def test_no_sentence_of_an_honest_source_is_in_another_language() -> None:
    """Nor is any two sentences together: names, figures and quotations stand in all of them."""
    for content in example_content().values():
        lines = SourceText(content).body
        sentences = [each for line in lines for each in split_sentences(line)]
        for sentence in sentences:
            assert not in_another_language(sentence, content.language), sentence
        for pair in pairwise(sentences):
            assert other_language_of(list(pair), content.language) is None, pair


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_quotation_in_a_third_language_is_not_used(quoted: str) -> None:
    """A Dutch story with such a sentence is told without it."""
    about = story(body=f"{DUTCH} {quoted}")
    assert other_language(about) is None
    assert not any(quoted in passage.text for passage in find_passages(SourceText(about)).chosen)


def test_such_a_story_is_refused_whole() -> None:
    """One sentence that could be quoted does not save it; with its own language it is told."""
    about = story(body=f"{ENGLISH} Anna belde Pieter drie keer.")
    refusal = refusal_of(about)
    assert refusal is not None
    assert str(refusal) == 'the story was sent as "nl", but its text is in "en"'
    assert str(refusal.remedy) == 'Send it as "en", under a new story_id.'
    assert find_passages(SourceText(about)).chosen == ()
    assert refusal_of(story(body=ENGLISH, language="en-GB")) is None


def test_a_vacancy_in_another_language_has_no_passage() -> None:
    """It keeps its title and terms, as for people who write in another language."""
    opened = vacancy(description=ENGLISH)
    assert find_passages(SourceText(opened)).chosen == ()
    assert refusal_of(opened) is None


def test_a_story_in_a_third_language_is_no_mistake() -> None:
    """What was sent as French is not looked at: it is refused for that already."""
    assert other_language(story(body=ENGLISH, language="fr")) is None


@given(st.permutations(DUTCH.replace(".", "").split(" ")), NOISE)
def test_dutch_in_any_order_is_dutch(words: list[str], noise: str) -> None:
    """It is the words that tell, whatever their order and whatever is beside them."""
    assert other_language(story(body=f"{' '.join(words)}\n\n{noise}")) is None
