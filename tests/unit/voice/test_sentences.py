"""Where a sentence ends, in Dutch and English."""

from __future__ import annotations

import pytest

from services.voice.language.words import split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["De mof lekte.", "Niemand zag het."],
        ["Dr. De Vries en prof. dr. Bos belden o.a. de gemeente.", "Die zei nee."],
        ["J.P. de Vries en A. Bos kwamen langs.", "Zij bleven."],
        ["Het kost ca. 3,50 euro per stuk.", "Dat is veel."],
        ["Op 3 sept. 2025 om 04.12 uur viel hij uit.", "Om 9.30 uur draaide hij weer."],
        ["Bv. Jan en mw. Smit, d.w.z. twee mensen, gingen mee.", "De rest niet."],
        ["Er waren kabels, moffen, enz.", "Daarna ging het mis."],
        ["Hij wachtte… en belde toen.", "Niemand nam op…", "Toch kwam er iemand."],
        ["“Wat nu?” vroeg ze.", "Hij wist het niet."],
        ["'s Ochtends lekte het.", "'s Avonds niet."],
        ["Het is zo.", "Daarna niet."],
        ["Mr. and Mrs. Hall rang at 9 a.m. on Monday.", "Nobody answered."],
        ["The pump, i.e. No. 2, ran for 3.5 hours.", "It stopped at 5 p.m.", "We went home."],
        ["It was J. R. Hall who found it.", "He was right."],
        ["So did I.", "Then we left."],
        ["In the U.K. it rained.", "We stayed in."],
    ],
)
def test_sentences_end_where_they_end(sentences: list[str]) -> None:
    """Abbreviations, initials, numbers, times and a mark inside a quotation end nothing."""
    assert split_sentences(" ".join(sentences)) == sentences
