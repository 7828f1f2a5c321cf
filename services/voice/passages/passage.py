"""What is found in a source and dealt to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Narrator = Literal["neutral", "i", "we"]
Sensitive = Literal["", "client", "health", "debts", "age", "blame"]
Lacking = Literal[
    "", "short", "no_event", "unclear", "list_only", "boilerplate", "other_language", "sensitive"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One to three consecutive sentences, 60 to 300 characters, word for word.

    ``speaker`` is the full name of whoever spoke the words, which only they post; empty where the
    narrator tells. ``narrator`` is the person in which the text is told. ``noun`` is what it is
    about, with its article; empty when in doubt.
    ``sensitive`` says why an editor has to tick it. ``start`` is the place of its first sentence in
    the source.
    """

    text: str
    speaker: str = ""
    narrator: Narrator = "neutral"
    noun: str = ""
    sensitive: Sensitive = ""
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """``chosen`` best first; ``withheld`` only when an editor ticks them.

    ``lacking`` says why there is nothing to choose from; "sensitive": all that there is, is
    withheld.
    """

    chosen: tuple[Passage, ...] = ()
    withheld: tuple[Passage, ...] = ()
    lacking: Lacking = ""
