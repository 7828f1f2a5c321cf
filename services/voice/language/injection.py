"""Sentences that speak to a machine instead of a reader; they are never quoted."""

from __future__ import annotations

import re

from services.language import LANGUAGES
from services.language.patterns import any_of, phrases_pattern
from services.voice.vocabulary import lines_of
from services.voice.vocabulary.grammar import GRAMMAR

_ORDERS = [line for each in LANGUAGES for line in lines_of(f"{each}/orders")]
INJECTION = re.compile(
    rf"\b(?:{any_of(GRAMMAR.ignore)})\b.{{0,60}}\b(?:{any_of(GRAMMAR.instructions)})"
    rf"|{phrases_pattern(dict.fromkeys(_ORDERS)).pattern}",
    re.IGNORECASE,
)
