"""Small words of languages that nobody writes in here, by which a text in them is refused.

Nothing is ever written or chosen with them. Words that a neighbour has too (Frisian "hat", "se",
"hy"; the "von" of names) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignWords:
    """``telling`` are its small words; ``shared`` those of Dutch or English that it has as well.

    A word that ends in ’ is the start of one: "l’" of "l’équipe".
    """

    telling: frozenset[str]
    shared: frozenset[str]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GERMAN = ForeignWords(
    telling=_set(
        "der das und ist nicht ein eine einen einem einer dem des wir sie ich mit auf für im zu zum zur"
        " auch sich war wurde wurden haben hatte hatten nach bei aus wie über nur aber oder wenn sind"
        " wird unser unsere unserem unseren unserer ihr ihre ihren dann kein keine durch bis beim vom"
        " seit sehr schon wieder heute gestern mehr es uns dass weil jetzt"
        " danach davor damit daran darum deshalb ihnen jede jeder jedes jeden ohne gegen zwei drei"
    ),
    shared=_set("die er alle waren werden was hier noch weg dank so an am will all also her"),
)
_FRENCH = ForeignWords(
    telling=_set(
        "le la les un une des du et est sont dans pour par sur avec sans nous vous ils elle elles qui que"
        " notre nos leur ses son cette ces au aux été ont avait très après mais sous"
        " puis ensuite encore ici là fut chaque tous toute tout quand où deux trois quatre l’ d’ qu’ c’ n’ s’ j’"
    ),
    shared=_set("de en te me pas al dit met men a on or as car no il ne"),
)
_SPANISH = ForeignWords(
    telling=_set(
        "el la los las un una del y que con por para su sus lo más como pero muy este esta fue nos"
        " desde todo hasta nuestro nuestra nuestros cuando también porque sin dos ya le les"
        " después luego tres cuatro siempre él ella ellos está están aquí ayer mañana"
    ),
    shared=_set("de en te me al van dan u a no he has as so se"),
)
_AFRIKAANS = ForeignWords(
    telling=_set(
        "nie n hulle vir baie jy julle hierdie daardie sê almal eers saam sou sal kry wees terwyl vandag ses sewe agt nege gister môre nuwe"
    ),
    shared=_set(
        "die van het is was wat met dat dit ons om te aan uit op in af en of maar omdat toe dan ook nog"
        " alles iemand niemand hier daar waar hoe waarom wie tot na onder voor tussen een twee nooit"
        " al weer net hom haar jou word kan moet mag wil gaan kom laat ander self dus want nou ek my"
        " as by so elke kon had sonder per via binne lang kort goed reg ja nee"
    ),
)

FOREIGN_WORDS = (_GERMAN, _FRENCH, _SPANISH, _AFRIKAANS)
