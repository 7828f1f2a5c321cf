"""The parts of a text that come from the profile: hashtags, and lines of one's own.

Pure and deterministic, so that a text can be written again from its recipe. Parts that do not fit
the network are left out again; the disclosure and the link always stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from typing import Literal
from unicodedata import is_normalized

from services.language import LANGUAGES, Language, primary_language
from services.people.rules.ambassador import Ambassador, address_form
from services.ports import PostRules
from services.text.links_in_text import has_link
from services.text.network_text import DOUBLE, EMOJI_AHEAD, measure_text
from services.voice.language.words import words_of
from services.voice.vocabulary import plain_words, vocabulary

# A dot or slash between letters may be a link to X, whatever its length.
_MAYBE_LINK = re.compile(r"\w[./]\w")


def fits(rules: PostRules, text: str, link: str) -> bool:
    """Whether the network accepts ``text``.

    Most drafts are plainly short or long enough for X: bounds settle those, the exact rules the
    others.
    """
    if rules.unit == "weights":
        rest = text.replace(link, "", 1)
        if not _MAYBE_LINK.search(rest):
            length = len(rest) + len(DOUBLE.findall(rest))
            bounds = sorted((rules.link_length or 0, len(link)))
            if length + bounds[1] <= rules.limit:
                return True
            too_long = length + bounds[0] > rules.limit
            if too_long and is_normalized("NFC", rest) and not EMOJI_AHEAD.search(rest):
                return False
    return measure_text(rules, text).valid


def as_they_write(person: Ambassador, language: str) -> Ambassador:
    """The person of a text about content in ``language`` (a BCP 47 tag), nothing avoided in it."""
    return without_avoided(in_language(person, language))


def in_language(person: Ambassador, language: str) -> Ambassador:
    """The person as they write about content in ``language`` (a BCP 47 tag).

    In a language that is not their first, the lines of their profile in the first are left out.
    """
    for other in person.other_languages:
        if other != person.language and primary_language(language) == other:
            return _in_other(person, other)
    return person


def _in_other(person: Ambassador, other: Language) -> Ambassador:
    return replace(
        person,
        language=other,
        address_form=address_form(other),
        role="",
        crafts=(),
        opening="",
        ending="",
    )


def without_avoided(person: Ambassador) -> Ambassador:
    """The person without the lines of their profile that hold words they avoid."""
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
    text: str, person: Ambassador, *, hashtags: Sequence[str], rules: PostRules, link: str
) -> str:
    """``text`` as this person writes; ``hashtags`` are those that suit its source."""
    if not (person.opening or person.ending or (person.hashtags and hashtags)):
        return text
    avoided = {"".join(word.casefold().split()) for word in person.avoid}
    wanted = [tag for tag in hashtags if tag[1:].casefold() not in avoided]
    most = min(person.hashtags, rules.hashtags, len(wanted))
    for opening, ending in _own_lines(person):
        for count in range(most, -1, -1):
            own = "\n\n".join(filter(None, (opening, text, ending, " ".join(wanted[:count]))))
            if fits(rules, own, link):
                return own
    return text


def held_word(text: str, words: Collection[str]) -> str:
    """The first of ``words`` (or phrases) that ``text`` holds, links and hashtags aside."""
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
    words = plain_words(line)
    if any(vocabulary(language)["employment"].within(words) for language in LANGUAGES):
        return "employment"
    return ""


def recipe_of_profile(person: Ambassador) -> dict[str, object]:
    """The parts of the profile that shape the text, for its recipe; empty for most people."""
    own: dict[str, object] = {}
    for name, usual in _USUAL.items():
        value = getattr(person, name)
        if value != usual:
            own[name] = list(value) if isinstance(value, tuple) else value
    return {"profile": own} if own else {}


_USUAL = {
    field.name: field.default
    for field in fields(Ambassador)
    if field.name in {"hashtags", "avoid", "opening", "ending"}
}


def _own_lines(person: Ambassador) -> Iterable[tuple[str, str]]:
    opening, ending = person.opening, person.ending
    return dict.fromkeys(((opening, ending), (opening, ""), ("", ending), ("", "")))
