"""What is said to people in their language, by one catalogue a language in ``templates/locale``: the
pages' own words, and what services say (`services.message`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from babel.support import Translations

from services.language import DEFAULT, LANGUAGES, Language
from services.message import UNFILLED, LanguageTag, Message, NetworkName, Value, as_sentence
from services.web.labels import FIGURE_SOURCE, FIGURES_OF_POST


class Unknown(NullTranslations):
    """What no catalogue knows is said in English, and counted (``zwaan_unknown_messages``)."""

    count = 0

    def gettext(self, message: str) -> str:
        Unknown.count += 1
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        Unknown.count += 1
        return super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        Unknown.count += 1
        return super().pgettext(context, message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        Unknown.count += 1
        return super().npgettext(context, msgid1, msgid2, n)


@dataclass(frozen=True, slots=True)
class Messages:
    """What is said in one language.

    A page says its own words by `gettext` (``_`` in a template) and its like, all by their English;
    values are those of the braces, and all of it is escaped where it is shown.
    """

    language: Language
    catalogue: NullTranslations

    @property
    def spoken(self) -> dict[str, Callable[..., str]]:
        """By the names that templates know."""
        return {
            "_": self.gettext,
            "pgettext": self.pgettext,
            "ngettext": self.ngettext,
            "npgettext": self.npgettext,
            "say": self.say,
            "phrase": self.phrase,
            "named": self.named,
            "told_by": self.told_by,
        }

    def gettext(self, text: str, /, **values: Any) -> str:
        return _filled(self.catalogue.gettext(text), values)

    def pgettext(self, context: str, text: str, /, **values: Any) -> str:
        """Where one English word is two in another language; ``context`` distinguishes them."""
        return _filled(self.catalogue.pgettext(context, text), values)

    def ngettext(self, text: str, plural: str, n: int, /, **values: Any) -> str:
        """In the form for ``n`` of something; ``n`` is a value of the sentence as well."""
        return _filled(self.catalogue.ngettext(text, plural, n), {"n": n, **values})

    def npgettext(self, context: str, text: str, plural: str, n: int, /, **values: Any) -> str:
        return _filled(self.catalogue.npgettext(context, text, plural, n), {"n": n, **values})

    def named(self, labels: Mapping[str, Message], name: Message | str) -> str:
        """Its label, or the name itself where there is none."""
        known = labels.get(str(name), name)
        return self.phrase(known) if isinstance(known, Message) else known

    def told_by(self, sources: Message | str) -> str:
        """The source of a figure; of several, as they are kept: "x:tweets; mastodon:statuses"."""
        if isinstance(sources, Message) and sources.code:
            return self.phrase(sources)
        return "; ".join(map(self._source, str(sources).split("; ")))

    def _source(self, name: str) -> str:
        network, is_network, _ = name.partition(":")
        if is_network and name not in FIGURE_SOURCE:
            return self.phrase(FIGURES_OF_POST, network=network_name(network))
        return self.named(FIGURE_SOURCE, name)

    def say(self, message: Message) -> str:
        """A sentence in this language, with a capital and an end."""
        return as_sentence(self.phrase(message))

    def phrase(self, message: Message, **written: str | int) -> str:
        """As `say`, for use inside a sentence; ``written`` are more values, shown as they are."""
        text = self._translated(message)
        if "{" not in text:  # as most labels
            return text
        values = {name: self._shown(value) for name, value in message.values.items()} | written
        try:
            return text.format_map(values)
        except UNFILLED:
            Unknown.count += 1
            return message.text

    def _translated(self, message: Message) -> str:
        if not message.code:
            return message.text
        if message.plural and isinstance(n := message.values.get("n"), int):
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


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return text.format_map(values) if "{" in text else text


def language_name(tag: str, language: str) -> str:
    """For example "Frans" of ``fr``; a tag that no list knows stays as it is."""
    code = tag.replace("_", "-").split("-")[0].lower()
    return str(Locale.parse(language).languages.get(code, code))


def network_name(name: str) -> str:
    """A network as people write it."""
    return {"linkedin": "LinkedIn", "x": "X"}.get(name, name.title())


@cache
def messages_in(language: Language) -> Messages:
    return Messages(language=language, catalogue=_catalogue(language))


def _catalogue(language: Language) -> NullTranslations:
    """Read from the .po file, which is what a checkout and a wheel both have: a fraction of a second
    once a process, and no build step that may be forgotten."""
    place = resources.files("templates") / "locale" / language / "LC_MESSAGES" / "zwaan.po"
    compiled = BytesIO()
    with place.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    found = Translations(compiled)
    # Most English is shown as it is, so that only its own lines are in that file.
    found.add_fallback(NullTranslations() if language == DEFAULT else Unknown())
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
    return min(ranked)[2] if ranked else DEFAULT


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
