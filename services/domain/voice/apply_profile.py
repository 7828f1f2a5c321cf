"""What the composer leaves to the profile: hashtags, an exclamation mark, lines of one's own.

Pure and deterministic, so that a text can be written again from its recipe. Whatever does not fit
the network is left out again; the disclosure and the link always stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from typing import Literal

from services.domain.ambassador import Ambassador, Language
from services.domain.links_in_text import has_link
from services.domain.voice.fit import fits
from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.words import words_of
from services.ports import PostRules

_FULL_STOP = re.compile(r"(?<=\w)\.(?=$|\s)")


def as_they_write(person: Ambassador, language: str) -> Ambassador:
    """The person of a text about content in ``language`` (a BCP 47 tag), nothing avoided in it."""
    return without_avoided(in_language(person, language))


def in_language(person: Ambassador, language: str) -> Ambassador:
    """The person as they write about content in ``language`` (a BCP 47 tag).

    In a language that is not their first, what their profile says in the first is left out.
    """
    for other in person.other_languages:
        if other != person.language and language[:2].casefold() == other:
            return _in_other(person, other)
    return person


def _in_other(person: Ambassador, other: Language) -> Ambassador:
    return replace(
        person,
        language=other,
        address_form="je" if other == "nl" else "",
        role="",
        crafts=(),
        opening="",
        ending="",
    )


def without_avoided(person: Ambassador) -> Ambassador:
    """The person without what their profile says in words that they avoid."""
    if not person.avoid:
        return person

    def spoken(field: str) -> str:
        return "" if held_word(field, person.avoid) else field

    return replace(
        person,
        role=spoken(person.role),
        team=spoken(person.team),
        region=spoken(person.region),
        crafts=tuple(craft for craft in person.crafts if spoken(craft)),
    )


def apply_profile(
    text: str, parts: Mapping[str, str], person: Ambassador, *, rules: PostRules, link: str
) -> str:
    """``text`` as this person writes. ``parts`` are those of the draft's recipe."""
    text = _with_hashtags(text, parts.get("hashtags", ""), person)
    if person.exclamation:
        text = _with_exclamation(text, parts.get("hook", ""))
    if not (person.opening or person.ending):
        return text
    for opening, ending in _own_lines(person):
        own = _with_lines(text, parts.get("disclosure", ""), opening, ending)
        if fits(rules, own, link):
            return own
    return text


def held_word(text: str, words: Collection[str]) -> str:
    """The first of ``words`` (or phrases) that stands in ``text``, links and hashtags aside."""
    if not words:
        return ""
    spoken = " ".join(words_of(text))
    for word in words:
        plain = " ".join(words_of(word))
        if plain and f" {plain} " in f" {spoken} ":
            return word
    return ""


def own_line_fault(line: str) -> Literal["", "link", "employment", "hashtag"]:
    """Why a line cannot open or end every text; empty when it can.

    Links are counted and the employer is named once, by the text itself.
    """
    if has_link(line):
        return "link"
    if "#" in line:
        return "hashtag"
    if any(lexicon.employment.search(line) for lexicon in LEXICONS.values()):
        return "employment"
    return ""


def own_lines(person: Ambassador) -> str:
    """The lines that a person repeats on purpose: no repetition in the eyes of the guard."""
    return f"{person.opening}\n{person.ending}"


def recipe_of_profile(person: Ambassador) -> dict[str, object]:
    """What of the profile shapes the text, for its recipe; empty for most people."""
    own: dict[str, object] = {}
    for name, usual in _USUAL.items():
        value = getattr(person, name)
        if value != usual:
            own[name] = list(value) if isinstance(value, tuple) else value
    return {"profile": own} if own else {}


_USUAL = {
    field.name: field.default
    for field in fields(Ambassador)
    if field.name in {"hashtags", "exclamation", "avoid", "opening", "ending"}
}


def _own_lines(person: Ambassador) -> Iterable[tuple[str, str]]:
    opening, ending = person.opening, person.ending
    return dict.fromkeys(((opening, ending), (opening, ""), ("", ending)))


def _with_hashtags(text: str, hashtags: str, person: Ambassador) -> str:
    if not hashtags:
        return text
    avoided = {"".join(word.casefold().split()) for word in person.avoid}
    kept = [tag for tag in hashtags.split() if tag[1:].casefold() not in avoided]
    wanted = " ".join(kept[: person.hashtags])
    before, _, after = text.rpartition(hashtags)
    return f"{before}{wanted}{after}" if wanted else before.rstrip() + after


def _with_exclamation(text: str, hook: str) -> str:
    """The first own sentence ends with an exclamation mark; one is enough."""
    stops = list(_FULL_STOP.finditer(hook))
    if not stops or "!" in text or hook not in text:
        return text
    end = stops[-1].start()
    return text.replace(hook, f"{hook[:end]}!{hook[end + 1 :]}", 1)


def _with_lines(text: str, disclosure: str, opening: str, ending: str) -> str:
    if ending:
        before, found, after = text.rpartition(disclosure) if disclosure else (text, "", "")
        text = f"{before.rstrip()}\n\n{ending}\n\n{found}{after}".rstrip()
    return f"{opening}\n\n{text}" if opening else text
