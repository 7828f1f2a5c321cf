"""What a vacancy says of place and hours, as running words."""

from __future__ import annotations

import re

from services.events.incoming import VacancyOpened
from services.language import Language, primary_language, traits_of
from services.language.patterns import any_of
from services.text.plain_text import phrase
from services.voice.language.words import words_of
from services.voice.vocabulary.grammar import GRAMMAR

#: What stands in no running sentence.
_MARKUP = re.compile(r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!")
_UP_TO = rf"\s?(?:[–-]|{any_of(GRAMMAR.up_to)})\s?"
#: "37.5", "32 tot 36": no part of a full-time job, so hours.
_BARE = re.compile(rf"(?:\d\d|[4-9])(?:[.,]\d+)?(?:{_UP_TO}\d\d?(?:[.,]\d+)?)?")
_HOURS = re.compile(rf"\s*(\d{{1,2}})(?:{_UP_TO}(\d{{1,2}}))?\b")


def facts_of(vacancy: VacancyOpened, language: Language) -> str:
    """``Zwolle, 24 tot 32 uur``; in another language than the vacancy's only what translates."""
    same = primary_language(vacancy.language) == language
    hours = (vacancy.hours or "").strip()
    bare = hours.partition("(")[0].strip()
    if _BARE.fullmatch(bare):
        hours = f"{bare} {traits_of(language).hours}"
    told = hours if same else _translated(hours, traits_of(language).hours)
    found = (vacancy.location or "", told)
    clean = (phrase(each, 60).rstrip(".") for each in found)
    return ", ".join(each for each in clean if each and not _MARKUP.search(each))


def untold(facts: str, passage: str) -> str:
    """``facts`` without what a passage says already: "four on four off" of "Four nights on, four off"."""
    told = set(words_of(passage))
    return ", ".join(each for each in facts.split(", ") if not told.issuperset(words_of(each)))


def _translated(text: str, word: str) -> str:
    found = _HOURS.match(text)
    return f"{'–'.join(filter(None, found.groups()))} {word}" if found else ""
