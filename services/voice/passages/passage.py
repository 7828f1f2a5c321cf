"""Passages as they are found in a source and dealt to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Narrator = Literal["neutral", "i", "we"]
Sensitive = Literal["", "client", "health", "debts", "age", "blame"]
Lacking = Literal["", "short", "no_event", "unclear", "list_only", "other_language", "sensitive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One to three consecutive sentences, 60 to 300 characters, word for word.

    ``speaker`` is the full name of the person quoted, the only one who posts it; empty for the
    narrator's words. ``narrator`` is the grammatical person of the text. ``noun`` is its subject
    with an article; empty when in doubt. ``sensitive`` is the reason why an editor has to tick it.
    ``start`` is the place of its first sentence in the source.
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

    ``lacking`` is the reason why there is nothing to choose from; "sensitive": all passages are
    withheld.
    """

    chosen: tuple[Passage, ...] = ()
    withheld: tuple[Passage, ...] = ()
    lacking: Lacking = ""
