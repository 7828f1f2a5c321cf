"""What is proposed to the editor, and used by no one else."""

from __future__ import annotations

import pytest

from services.voice.passages import SourceText, find_passages
from tests.unit.voice.sources import story


@pytest.mark.parametrize(
    ("why", "language", "body"),
    [
        ("client", "nl", "Mevrouw Ter Haar belde in de storm vijf keer, en niemand nam op."),
        ("client", "en", "Mr Hussain rang five times in the storm, and nobody answered his calls."),
        (
            "client",
            "nl",
            "Jan Smit, huurder aan de Dorpsweg, heeft elf weken zonder keuken gezeten.",
        ),
        (
            "health",
            "nl",
            "Een collega kreeg op 3 mei kanker, en niemand wist wat te doen.",
        ),
        (
            "health",
            "en",
            "Our driver had a heart attack on 3 May, and nobody was in the cab with him.",
        ),
        (
            "debts",
            "nl",
            "Drie huurders hadden een huurachterstand van negen maanden, en niemand belde ze.",
        ),
        (
            "debts",
            "en",
            "Three tenants were nine months behind with the rent and nobody rang them.",
        ),
        (
            "age",
            "nl",
            "Machinist Dennis Vermeulen (41) reed elf jaar goederentreinen op de IJssellijn.",
        ),
        (
            "age",
            "en",
            "Driver Dennis Vermeulen, aged 41, drove freight trains for eleven years in a row.",
        ),
        (
            "age",
            "en",
            "Our trainer Ann Hall made a medal for Ayaan, 7, because he swam four lengths alone.",
        ),
        ("blame", "nl", "Monteur Joost Bakker vergat in maart drie keer de klep te sluiten."),
        (
            "blame",
            "en",
            "Fitter Joe Baker forgot to close the valve three times between March and May.",
        ),
    ],
)
def test_what_is_private_is_withheld(why: str, language: str, body: str) -> None:
    """An editor has to tick it; until then there is nothing to deal."""
    found = find_passages(SourceText(story(body, language=language)))
    assert [each.sensitive for each in found.withheld] == [why]
    assert (found.chosen, found.lacking) == ((), "sensitive")


@pytest.mark.parametrize(
    "body",
    [
        "Tekenaar Gerard Hofman ontdekte in maart elf verkeerde tekeningen op één middag.",
        "Het ziekenhuis heeft op 3 mei 340 infuuszakken teruggehaald, omdat niemand het etiket las.",
        "Zesendertig mensen belden in de storm vaker dan drie keer, en niemand nam op.",
    ],
)
def test_what_is_not_private_is_used(body: str) -> None:
    """Who finds a fault is not blamed, and a hospital is not ill."""
    assert [each.text for each in find_passages(SourceText(story(body))).chosen] == [body]
