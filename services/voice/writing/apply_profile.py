"""The parts of a text that come from the profile: hashtags, and lines of one's own.

Pure and deterministic, so that a text can be written again from its recipe. Parts that do not fit
the network are left out again; the disclosure and the link always stay.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Literal

from pydantic_core import to_jsonable_python

from services.language import LANGUAGES, primary_language
from services.people.rules.ambassador import Ambassador, address_form
from services.ports import PostRules
from services.text.links_in_text import has_link
from services.text.network_text import measure_text
from services.voice.language.words import words_of
from services.voice.vocabulary import plain_words, vocabulary


def as_they_write(person: Ambassador, language: str) -> Ambassador:
    """The person as `in_language`, without the lines of their profile that hold words they avoid."""
    person = in_language(person, language)
    lines = {name: getattr(person, name) for name in ("role", "team", "region")}
    held: dict[str, Any] = {
        name: "" for name, line in lines.items() if held_word(line, person.avoid)
    }
    return replace(person, **held) if held else person


def in_language(person: Ambassador, language: str) -> Ambassador:
    """The person as they write about content in ``language`` (a BCP 47 tag).

    In a language that is not their first, the lines of their profile in the first are left out.
    """
    other = primary_language(language)
    if other == person.language or other not in person.other_languages:
        return person
    form = address_form(other)
    return replace(
        person, language=other, address_form=form, role="", crafts=(), opening="", ending=""
    )


def apply_profile(
    text: str, person: Ambassador, *, hashtags: Sequence[str], rules: PostRules
) -> str:
    """``text`` as this person writes; ``hashtags`` are those that suit its source."""
    if not (person.opening or person.ending or (person.hashtags and hashtags)):
        return text
    avoided = {"".join(word.casefold().split()) for word in person.avoid}
    wanted = [tag for tag in hashtags if tag[1:].casefold() not in avoided]
    most = min(person.hashtags, rules.hashtags, len(wanted))
    lines = dict.fromkeys(product((person.opening, ""), (person.ending, "")))
    for (opening, ending), count in product(lines, range(most, -1, -1)):
        own = "\n\n".join(filter(None, (opening, text, ending, " ".join(wanted[:count]))))
        if measure_text(rules, own).valid:
            return own
    return text


def held_word(text: str, words: Collection[str]) -> str:
    """The first of ``words`` (or phrases) that ``text`` holds, links and hashtags aside."""
    spoken = f" {' '.join(words_of(text))} " if words else ""
    plain = ((word, " ".join(words_of(word))) for word in words)
    return next((word for word, said in plain if said and f" {said} " in spoken), "")


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
    names = ("hashtags", "avoid", "opening", "ending")
    own = {name: to_jsonable_python(value) for name in names if (value := getattr(person, name))}
    return {"profile": own} if own else {}
