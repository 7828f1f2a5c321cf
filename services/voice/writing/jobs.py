"""Roles and vacant jobs in spoken form: "een conciërge", "an SRE", "head of flys".

A role that is no word for a person ("Kitchen", "HR") gives nothing: the post only says that they work there.
"""

from __future__ import annotations

import re

from services.language import LANGUAGES, Language
from services.language.patterns import any_of
from services.people.rules.crafts import name_key
from services.voice.vocabulary import GRAMMAR, phrases_of, plain_words, vocabulary, words_listed

#: Who holds it is the only one: "I'm head of flys".
_ONLY = re.compile(rf"(?:{any_of(GRAMMAR.only_one)})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
#: "(0,8 fte)", "(permanent)" and "– Mixed Practice" after a job.
_HOURS = re.compile(r"\s*\((?:[^)]*\d[^)]*|[a-z][^)]*)\)")
_PART = re.compile(r"\s+[–—-]\s.*")
#: What stands in brackets, and what somebody is responsible for: "(Nights)", "of Operations".
_ASIDE = re.compile(rf"\s*\(.*|\s(?:{any_of(GRAMMAR.responsible_for)})\s.*")
_PLAIN = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’/&-]){2,60}")
#: "Apprentice, first year" is no word for somebody.
_LISTED = frozenset(",(")
#: More words before their noun are a title that nobody says aloud: "group manager operations support".
_MOST_WORDS = 3
_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!s|ni|til|ro)|h(?:our|onest|eir)\b)", re.IGNORECASE)
_LETTER_NAMES_WITH_VOWEL = "AEFHILMNORSX"


def said_role(role: str, language: Language) -> str:
    """The words after "I'm" or "ik ben"; empty where the role is no word for a person."""
    phrases = phrases_of(language)
    is_pile = not phrases.head_first and role.count(" ") >= _MOST_WORDS
    if _LISTED & {*role} or is_pile or not _is_somebody(role, language):
        return ""
    bare = not phrases.article_before_role or _ONLY.match(role)
    return role if bare else f"{_article(role, language)} {role}"


def named_job(title: str) -> str:
    """The title without additions of job boards: "Nurse (0,8 fte) | up to 20 % bonus"."""
    return _HOURS.sub("", title.split(" | ", maxsplit=1)[0]).rstrip()


def is_that_job(role: str, title: str, *, same_team: bool) -> bool:
    """Whether a person of this role has the job; the same job in another department is another one."""
    job = named_job(title)
    if same_team:
        job = _PART.sub("", job).split(" (")[0]
    return bool(role) and name_key(role) == name_key(job)


def said_job(title: str, language: Language, *names: str) -> str:
    """The words after "we're looking for" or "we zoeken", with capitals only in ``names``; empty where
    the title does not fit into a sentence."""
    plain = _PART.sub("", named_job(title))
    if not (_PLAIN.fullmatch(plain) and _is_somebody(plain, language)):
        return ""
    words = _WORD.findall(_ASIDE.sub("", plain))
    outer = (words[0], words[-1]) if phrases_of(language).head_first else words[-1:]
    if vocabulary(language)["several"].within([word.casefold() for word in outer]):
        return ""
    spelled = lowered(plain, *names)
    return f"{_article(spelled, language)} {spelled}"


def lowered(text: str, *names: str) -> str:
    """``Service Engineer`` inside a sentence is ``service engineer``; ``HR``, ``iOS`` and ``Android``
    stay, and the words of ``names``."""
    kept = {*_WORD.findall(" ".join(names))}

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
