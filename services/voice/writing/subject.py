"""The title, author, hashtags and facts of a story or vacancy, as running words."""

from __future__ import annotations

import re
import unicodedata

from services.events.incoming import StoryApproved
from services.language import Language, primary_language, traits_of
from services.language.patterns import any_of
from services.text.plain_text import phrase
from services.voice.language.words import words_of
from services.voice.vocabulary import GRAMMAR
from services.voice.writing.request import Content

_PERSON_SUFFIX = re.compile(
    rf"\s*[(\[](?:{any_of(GRAMMAR.sexes)})(?:\s?/\s?\w+){{1,3}}[)\]]", re.IGNORECASE
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': "’", "„": "‘", "«": "‘", "»": "’"})
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*")
_TRAILING = " .:;,"


def content_id(content: Content) -> str:
    return content.story_id if isinstance(content, StoryApproved) else content.vacancy_id


def title_of(content: Content) -> str:
    """The title for use inside quotation marks: calm, without ``(m/v)`` and its full stop."""
    title = _PERSON_SUFFIX.sub("", phrase(content.title)).translate(_QUOTES)
    title = re.sub(r"!+", "", title).strip(_TRAILING)
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) * 2 > len(letters):
        title = title.capitalize()
    # A title in Hebrew or Arabic must not turn the punctuation around it (Unicode Annex 9).
    return f"\u2068{title}\u2069" if _RIGHT_TO_LEFT.search(title) else title


def author_of(content: Content) -> str:
    """The author's name, empty when there is none that a sentence can hold."""
    if not isinstance(content, StoryApproved) or content.author is None:
        return ""
    name = phrase(content.author.name, 60)
    return name if _NAME.fullmatch(name) else ""


def hashtags_of(topics: tuple[str, ...]) -> tuple[str, ...]:
    """``duurzame energie`` becomes ``#DuurzameEnergie``; unusable topics are left out."""
    tags: dict[str, str] = {}
    for topic in topics:
        words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", phrase(topic, 40)))
        tag = words[0] if len(words) == 1 else "".join(w[:1].upper() + w[1:] for w in words)
        if 2 <= len(tag) <= 30 and not tag.isdigit() and not _RIGHT_TO_LEFT.search(tag):
            tags.setdefault(tag.casefold(), f"#{tag}")
    return tuple(tags.values())


#: What stands in no running sentence.
_MARKUP = re.compile(r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!")
_UP_TO = rf"\s?(?:[–-]|{any_of(GRAMMAR.up_to)})\s?"
#: "37.5", "32 tot 36": no part of a full-time job, so hours.
_BARE = re.compile(rf"(?:\d\d|[4-9])(?:[.,]\d+)?(?:{_UP_TO}\d\d?(?:[.,]\d+)?)?")
_UNIT = re.compile(r"uur|uren|hour|hrs|fte|night|nacht|dag|day|%", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\(.*")
_HOURS = re.compile(rf"\s*(\d{{1,2}})(?:{_UP_TO}(\d{{1,2}}))?\b")


def facts_of(content: Content, language: Language) -> str:
    """``Zwolle, 24 tot 32 uur``; in another language than the vacancy's only what translates."""
    if isinstance(content, StoryApproved):
        return ""
    same = primary_language(content.language) == language
    hours = (content.hours or "").strip()
    number = _BARE.match(hours)
    if number and not _UNIT.search(hours):
        # "42 (shift average)", "34 per week".
        hours = f"{number[0]} {traits_of(language).hours}{_ASIDE.sub('', hours[number.end() :])}"
    told = hours if same else _translated(hours, traits_of(language).hours)
    found = (content.location or "", told)
    clean = (phrase(each, 60).rstrip(".") for each in found)
    return ", ".join(each for each in clean if each and not _MARKUP.search(each))


def untold(facts: str, passage: str) -> str:
    """``facts`` without what a passage says already: "four on four off" of "Four nights on, four off"."""
    told = set(words_of(passage))
    return ", ".join(each for each in facts.split(", ") if not told.issuperset(words_of(each)))


def _translated(text: str, word: str) -> str:
    found = _HOURS.match(text)
    return f"{'–'.join(filter(None, found.groups()))} {word}" if found else ""
