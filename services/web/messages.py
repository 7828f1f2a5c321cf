"""The words on the pages: one table a language, in ``templates/web/messages``, and one catalogue for
what services say (`services.message`), in ``templates/locale``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations
from importlib import resources
from io import BytesIO
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.plural import PluralRule
from babel.support import Translations

from services.language import Language
from services.message import LanguageTag, Message, NetworkName, Value, as_sentence

LANGUAGES: tuple[Language, ...] = ("nl", "en")

# Dutch and English have the same rule for whole numbers (Unicode CLDR, plurals).
_PLURAL = PluralRule({"one": "n is 1"})


class Unknown(NullTranslations):
    """What no catalogue knows is said in English, and counted (``zwaan_unknown_messages``)."""

    count = 0

    def pgettext(self, context: str, message: str) -> str:
        Unknown.count += 1
        return super().pgettext(context, message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        Unknown.count += 1
        return super().npgettext(context, msgid1, msgid2, n)


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts of one language; ``catalogue`` has what services say, by code and English text."""

    language: Language
    texts: Mapping[str, str]
    catalogue: NullTranslations

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

    def source(self, name: Message | str) -> str:
        """Who tells a figure: a name that the table has, or a sentence."""
        own = self.phrase(name) if isinstance(name, Message) else name
        return self.texts.get(f"figure.by.{name}", own)

    def why_not(self, reason: str) -> str:
        """Why a click counts for nobody; the names of machines stay as they are."""
        return self.texts.get(f"figure.not_counted.{reason}", reason)

    def say(self, message: Message) -> str:
        """A sentence in this language, with a capital and an end."""
        return as_sentence(self.phrase(message))

    def phrase(self, message: Message) -> str:
        """As `say`, to stand inside a sentence."""
        values = {name: self._shown(value) for name, value in message.values.items()}
        try:
            return self._translated(message).format_map(values)
        except (KeyError, ValueError):  # stored by a version that had other values
            Unknown.count += 1
            return message.text

    def _translated(self, message: Message) -> str:
        if not message.code:
            return message.text
        if message.plural and isinstance(n := message.values["n"], int):
            return self.catalogue.npgettext(message.code, message.text, message.plural, n)
        return self.catalogue.pgettext(message.code, message.text)

    def _shown(self, value: Value) -> str:
        match value:
            case Message():
                return self.phrase(value)
            case NetworkName():
                return network_name(value)
            case LanguageTag():
                return language_name(value, language=self.language)
            case int() | float():
                return format_decimal(value, locale=self.language)
            case date():
                return format_date(value, "d MMMM yyyy", locale=self.language)
            case tuple():
                return ", ".join(map(self._shown, value))
            case _:
                return value


def language_name(tag: str, *, language: str) -> str:
    """For example "Frans" of ``fr``; a tag that no list knows stays as it is."""
    code = tag.replace("_", "-").split("-")[0].lower()
    return str(Locale.parse(language).languages.get(code, code))


def network_name(name: str) -> str:
    """A network as people write it."""
    return {"linkedin": "LinkedIn", "x": "X"}.get(name, name.title())


@cache
def messages_in(language: Language) -> Messages:
    return Messages(
        language=language,
        texts=dict(_flatten(tomllib.loads(_file(language)))),
        catalogue=_catalogue(language),
    )


def _catalogue(language: Language) -> NullTranslations:
    """Read from the .po file, which is what a checkout and a wheel both have: a fraction of a second
    once a process, and no build step that somebody may forget."""
    place = resources.files("templates") / "locale" / language / "LC_MESSAGES" / "zwaan.po"
    compiled = BytesIO()
    with place.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    found = Translations(compiled)
    # Most English sentences are shown as they are, so that only its own lines are in that file.
    found.add_fallback(NullTranslations() if language == "en" else Unknown())
    return found


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
