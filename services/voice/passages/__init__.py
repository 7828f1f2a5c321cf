"""Passages: parts of a source that a stranger understands by themselves, word for word.

A source is cleaned of what is not prose (`markup`, `prose`) and split into sentences with their
speaker (`speech`, `sentences`); these are judged (`judging`, `standalone`, `sensitive`), weighed
(`scoring`) and chosen (`choosing`).
"""

from services.voice.passages.choosing import find_passages
from services.voice.passages.prose import SourceText
from services.voice.passages.sentences import Passage, Passages

__all__ = ["Passage", "Passages", "SourceText", "find_passages"]
