"""A vacancy's terms: place, team, hours, salary and closing date, each with its source field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.plain_text import phrase
from services.domain.voice.told_in import primary_language
from services.events.incoming import VacancyOpened

#: What stands in no running sentence.
_MARKUP = re.compile(r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One of a vacancy's terms as a phrase in the language of the text, and its source field."""

    text: str
    field: str


def vacancy_terms(vacancy: VacancyOpened, language: str) -> tuple[Term, ...]:
    """Place, team, hours, salary and closing date; of other languages only what translates."""
    lexicon = LEXICONS[language]
    same = primary_language(vacancy.language) == language
    candidates = {
        "location": vacancy.location,
        "team": lexicon.team.format(vacancy.team) if vacancy.team else None,
        "hours": vacancy.hours if same else _hours(vacancy.hours or "", lexicon.hours),
        "salary": vacancy.salary if same else _amounts(vacancy.salary or "", language),
    }
    terms = [
        Term(text=text, field=field)
        for field, value in candidates.items()
        if value and (text := phrase(value, 60).rstrip(".")) and not _MARKUP.search(text)
    ]
    if vacancy.closes_at is not None:
        day, month = vacancy.closes_at.day, lexicon.months[vacancy.closes_at.month - 1]
        until = "reageren t/m" if language == "nl" else "apply by"
        terms.append(Term(text=f"{until} {day} {month}", field="closes_at"))
    return tuple(terms)


def _hours(text: str, word: str) -> str:
    found = re.match(r"\s*(\d{1,2})(?:\s?(?:[–-]|tot|to|à)\s?(\d{1,2}))?\b", text)
    return f"{'–'.join(filter(None, found.groups()))} {word}" if found else ""


def _amounts(text: str, language: str) -> str:
    amounts = re.findall(r"€\s?(\d{1,3}(?:[.,]\d{3})*|\d+)(?![\d.,]*\d)", text)
    separator = "." if language == "nl" else ","
    return " – ".join("€ " + re.sub(r"[.,]", separator, amount) for amount in amounts[:2])
