"""What a source and a profile say, in running words: title, author, facts, roles and vacant jobs.

A role that is no word for a person ("Kitchen", "HR") gives nothing: the post only says that they work there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from services.events.incoming import StoryApproved
from services.language import LANGUAGES, Language, primary_language, traits_of
from services.language.patterns import any_of
from services.people.rules.crafts import name_key
from services.text.plain_text import phrase
from services.voice.language.words import words_of
from services.voice.vocabulary import GRAMMAR, phrases_of, plain_words, vocabulary, words_listed
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


#: What belongs in no running sentence.
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
    hours = hours if same else _translated(hours, traits_of(language).hours)
    found = (content.location or "", hours)
    clean = (phrase(each, 60).rstrip(".") for each in found)
    return ", ".join(each for each in clean if each and not _MARKUP.search(each))


def untold(facts: str, passage: str) -> str:
    """``facts`` without what a passage says already: "four on four off" of "Four nights on, four off"."""
    said = set(words_of(passage))
    return ", ".join(each for each in facts.split(", ") if not said.issuperset(words_of(each)))


def _translated(text: str, word: str) -> str:
    found = _HOURS.match(text)
    return f"{'–'.join(filter(None, found.groups()))} {word}" if found else ""


#: Who holds it is the only one: "I'm head of flys".
_ONLY = re.compile(rf"(?:{any_of(GRAMMAR.only_one)})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
#: "(0,8 fte)", "(permanent)" and "– Mixed Practice" after a job.
_ADDED = re.compile(r"\s*\((?:[^)]*\d[^)]*|[a-z][^)]*)\)|,?\s+\d+\S*\s(?:uur|hours)\b.*|\s+x\s?\d+")
_PART = re.compile(r"\s+[–—-]\s.*")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
#: What is in brackets, and what somebody is responsible for: "(Nights)", "of Operations".
_BESIDE = re.compile(rf"\s*\(.*|\s(?:{any_of(GRAMMAR.responsible_for)})\s.*")
_PLAIN = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’/&-]){2,60}")
#: "Apprentice, first year" is no word for somebody.
_LISTED = frozenset(",(")
#: Longer words have their capital in a title like "Head of Operations".
_SMALL_WORD = 3
#: More words before their noun are a title that is not said aloud: "group manager operations support".
_MOST_WORDS = 3
_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!s|ni|til|ro)|h(?:our|onest|eir)\b)", re.IGNORECASE)
_LETTER_NAMES_WITH_VOWEL = "AEFHILMNORSX"


@lru_cache(maxsize=4096)
def said_role(role: str, language: Language) -> str:
    """The words after "I'm" or "ik ben"; empty where the role is no word for a person."""
    phrases = phrases_of(language)
    is_pile = not phrases.head_first and role.count(" ") >= _MOST_WORDS
    if _LISTED & {*role} or is_pile or not _is_somebody(role, language):
        return ""
    bare = not phrases.article_before_role or _ONLY.match(role)
    return role if bare else f"{_article(role, language)} {role}"


@lru_cache(maxsize=1024)
def named_job(title: str) -> str:
    """The title without additions of job boards: "Nurse (0,8 fte) | up to 20 % bonus"."""
    return _ADDED.sub("", title.split(" | ", maxsplit=1)[0]).rstrip()


def is_that_job(role: str, title: str, *, same_team: bool) -> bool:
    """Whether a person of this role has the job; the same job in another department is another one."""
    job = named_job(title)
    if same_team:
        job = _PART.sub("", job).split(" (")[0]
    return bool(role) and name_key(role) == name_key(job)


def said_job(title: str, language: Language, *names: str) -> str:
    """The words after "we're looking for" or "we zoeken", with capitals only in ``names``; empty where
    the title does not fit into a sentence."""
    plain = _BRACKETS.sub("", _PART.sub("", named_job(title))).partition(",")[0]
    if not (_PLAIN.fullmatch(plain) and _is_somebody(plain, language)):
        return ""
    words = _WORD.findall(_BESIDE.sub("", plain))
    outer = words[-1:]
    if phrases_of(language).head_first:
        # "Monteur draaistellen" is one; of "Ervaren lassers" the last word says how many.
        outer = words[:1] if _is_somebody(words[0], language) else [words[0], words[-1]]
    if vocabulary(language)["several"].within([word.casefold() for word in outer]):
        return ""
    spelled = lowered(plain, *names)
    return f"{_article(spelled, language)} {spelled}"


@lru_cache(maxsize=4096)
def lowered(text: str, *names: str) -> str:
    """``Service Engineer`` inside a sentence is ``service engineer``; ``HR``, ``iOS`` and ``Android``
    stay, and the words of ``names``, and capitals beside words without one."""
    kept = {*_WORD.findall(" ".join(names))}
    words = _WORD.findall(text)
    if any(word.islower() and len(word) > _SMALL_WORD for word in words[1:]):
        # In "Peilbeheerder rayon West" a capital is a name's.
        kept |= {*words[1:]}

    def small(match: re.Match[str]) -> str:
        word = match[0]
        plain = len(word) > 1 and word[1:].islower() and word not in kept
        return word.lower() if plain and word not in words_listed("names_in_roles") else word

    return _WORD.sub(small, text)


def _is_somebody(role: str, language: Language) -> bool:
    words = plain_words(role)
    if vocabulary(language)["calling_titles"].within(words):
        return False
    # Roles are written in both languages: "consultant", "HR-adviseur".
    lists = [vocabulary(each) for each in LANGUAGES]
    return any(
        any(word in one["roles"] for one in lists)
        and not any(word in one["departments"] for one in lists)
        for word in words
    )


def _article(role: str, language: Language) -> str:
    articles, word = phrases_of(language).articles, role.split(maxsplit=1)[0]
    if len(word) > 1 and word[:2].isupper():
        return articles[-1 if word[0] in _LETTER_NAMES_WITH_VOWEL else 0]
    return articles[-1 if _VOWEL_SOUND.match(word) else 0]
