"""The languages that Zwaan writes and speaks: each folder here is one, and no other module names them.

``language.toml`` in it holds settings and short phrases; lists of words are files beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Literal

from services.language.word_files import Table, entries_of, table_of


class Traits(Table):
    """One language, from its ``language.toml``."""

    #: Languages are offered in this order.
    place: int
    #: Its English name.
    name: str
    #: How tables, feeds and job boards write it.
    called: tuple[str, ...]
    #: How it calls languages that we do not write: names with their codes.
    others: Mapping[str, str]
    #: How readers are addressed, the usual form first; empty where there is one form only.
    address_forms: tuple[Literal["je", "u"], ...] = ()
    #: It writes a compound noun as one word.
    compounds: bool = False
    #: Who says one of these speaks of themselves, alone or with their colleagues.
    first_person: tuple[str, ...]
    #: Who says one of these before something denies it.
    denies: tuple[str, ...]
    hours: str
    remote: str
    #: "Per hour", by HOUR, DAY, WEEK, MONTH and YEAR.
    per: Mapping[str, str]
    #: Why somebody is asked, by `services.campaigns.rules.matching.Ground`.
    grounds: Mapping[str, str]
    #: Headings of a table with people, by column.
    headings: Mapping[str, tuple[str, ...]]


def languages_in(place: Traversable) -> dict[str, Traits]:
    """The languages that have a folder there, in the order in which they are offered."""
    folders = (each for each in place.iterdir() if each.is_dir())
    files = ((folder.name, folder / "language.toml") for folder in folders)
    found = [(name, table_of(file, Traits)) for name, file in files if file.is_file()]
    return dict(sorted(found, key=lambda each: each[1].place))


TRAITS: Mapping[str, Traits] = languages_in(resources.files(__package__))
LANGUAGES = tuple(TRAITS)

if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]

#: Of people and texts without a stated language.
FIRST: Language = LANGUAGES[0]
#: That of the sentences in the code, and of readers who ask for none that we have.
DEFAULT: Language = "en"

#: The code by each way to write a language that is ours.
CODES = {name: code for code, one in TRAITS.items() for name in one.called}
OTHER_CODES = {name: code for one in TRAITS.values() for name, code in one.others.items()}


def primary_language(tag: str) -> str:
    """``nl`` of ``nl-BE``: the part of a BCP 47 tag that chooses words."""
    return tag.split("-", 1)[0].lower()


def traits_of(tag: str) -> Traits:
    """Of a BCP 47 tag; those of `DEFAULT` for a language that is not ours."""
    return TRAITS.get(primary_language(tag), TRAITS[DEFAULT])


def listed(language: str, name: str) -> list[str]:
    """The entries of a list beside ``language.toml``."""
    return entries_of(resources.files(__package__) / language / f"{name}.txt")
