"""Passages: what of a source a stranger understands alone, word for word.

Cleaned of what is not prose (`markup`, `prose`), told in sentences that keep their speaker
(`speech`, `telling`), judged (`judging`, `standing`, `sensitive`), weighed (`worth`) and chosen
(`choosing`).
"""

from services.voice.passages.choosing import find_passages
from services.voice.passages.passage import Passage, Passages
from services.voice.passages.prose import SourceText

__all__ = ["Passage", "Passages", "SourceText", "find_passages"]
