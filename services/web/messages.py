"""The words on the pages: one catalogue a language, in ``templates/web/messages``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.plural import PluralRule

from services.language import Language

LANGUAGES: tuple[Language, ...] = ("nl", "en")

# Dutch and English have the same rule for whole numbers (Unicode CLDR, plurals).
_PLURAL = PluralRule({"one": "n is 1"})

_CLAIM = re.compile(r"the (?P<kind>number|name|quotation) (?P<said>.+)", re.DOTALL)
_CLAIMS = {"number": "claim.number", "name": "claim.name", "quotation": "claim.quotation"}


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts of one language.

    ``sentences`` translates what services say in English (faults and remedies). Their words in
    braces stand for what differs: ``the text is {excess} characters too long for {network}``.
    """

    language: Language
    texts: Mapping[str, str]
    sentences: tuple[tuple[re.Pattern[str], str], ...]

    def text(self, key: str, /, **values: Any) -> str:
        """The text of ``key``. Raises KeyError when there is none."""
        return self.texts[key].format(**values)

    def count(self, key: str, number: int, /, **values: Any) -> str:
        """The text of ``key.one`` or ``key.other``, with ``{n}``."""
        return self.text(f"{key}.{_PLURAL(number)}", n=number, **values)

    def did(self, action: str) -> str:
        """An action of the audit in words; one that has none keeps its own name."""
        return self.texts.get(f"audit.did.{action}", action)

    def actor(self, name: str) -> str:
        """The part of Zwaan that acted; somebody who is not here any more keeps their id."""
        return self.texts.get(f"audit.actor.{name.replace(' ', '_')}", name)

    def sentence(self, english: str) -> str:
        """A sentence that a service said, in this language; unknown ones stay as they are."""
        for pattern, translation in self.sentences:
            found = pattern.fullmatch(english)
            if found is not None:
                named = {name: self._named(name, said) for name, said in found.groupdict().items()}
                return as_sentence(translation.format(**named))
        return as_sentence(english)

    def claim(self, english: str) -> str:
        """What `services.voice.checking.support` found that no source says."""
        found = _CLAIM.fullmatch(english)
        return english if found is None else self.text(_CLAIMS[found["kind"]], said=found["said"])

    def _named(self, name: str, said: str) -> str:
        if name == "network":
            return network_name(said)
        if name == "claim":
            return self.claim(said)
        return language_name(said, language=self.language) if name == "language" else said


def language_name(tag: str, *, language: str) -> str:
    """For example "Frans" of ``fr``; a tag that no list knows stays as it is."""
    code = tag.replace("_", "-").split("-")[0].lower()
    return str(Locale.parse(language).languages.get(code, code))


def network_name(name: str) -> str:
    """A network as people write it."""
    return {"linkedin": "LinkedIn", "x": "X"}.get(name, name.title())


@cache
def messages_in(language: Language) -> Messages:
    document = tomllib.loads(_file(language))
    sentences = document.pop("sentences", {})
    return Messages(
        language=language,
        texts=dict(_flatten(document)),
        sentences=tuple((_pattern(english), own) for english, own in sentences.items()),
    )


def preferred_language(accept_language: str) -> Language:
    """Dutch or English, whichever an ``Accept-Language`` header ranks first; else English."""
    ranked: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        name, _, quality = part.strip().partition(";q=")
        weight = _weight(quality)
        ranked += [
            (-weight, place, language)
            for language in LANGUAGES
            if name.casefold().split("-")[0] == language and weight > 0
        ]
    return min(ranked)[2] if ranked else "en"


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def _file(language: Language) -> str:
    return (resources.files("templates") / "web" / "messages" / f"{language}.toml").read_text(
        "utf-8"
    )


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        ),
        re.DOTALL,
    )


def as_sentence(text: str) -> str:
    """With a capital and an end."""
    text = text.strip()
    end = "" if text.endswith((".", "!", "?", "…")) or not text else "."
    return f"{text[:1].upper()}{text[1:]}{end}"
