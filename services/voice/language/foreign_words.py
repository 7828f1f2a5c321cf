"""Small words of languages that nobody writes in here, by which a text in them is refused.

Nothing is ever written or chosen with them. Words that a neighbour has too (Frisian "hat", "se",
"hy"; the "von" of names) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.voice.vocabulary import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignWords:
    """``telling`` are its small words; ``shared`` those of Dutch or English that it has as well.

    A word that ends in ’ is the start of one: "l’" of "l’équipe".
    """

    telling: frozenset[str]
    shared: frozenset[str]


FOREIGN_WORDS = tuple(
    ForeignWords(telling=words_of(f"foreign/{each}"), shared=words_of(f"foreign/{each}_shared"))
    for each in ("german", "french", "spanish", "afrikaans")
)
