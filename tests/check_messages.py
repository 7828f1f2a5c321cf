"""Whether the catalogues say what the code says, and whether the files of words hold what is read; a line
for each fault, with its file and line.

``python -m tests.check_messages`` is a part of ``make lint``; ``make messages`` brings the Dutch
catalogue in step and leaves only its translation to do.
"""

from __future__ import annotations

import ast
import re
import string
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, PoFileParser
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
ROOMS = ("services", "connectors", "streams")
PAGES = "templates/web"
#: How many literals stand first in the calls that make a message: code, text, plural.
CALLS = {"message": 2, "message_n": 3, "label": 2}
#: The same of the calls in templates: context, text, plural.
WORDS = {"_": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
#: Of each catalogue whether it has to hold everything that is said.
CATALOGUES = {"nl": True, "en": False}
_PARSER = Environment(autoescape=True)
#: The note above a translation that does not say all of its values.
_LEAVES_OUT = "leaves out: "


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message as the code makes it, and where. A page's own words have a context for a code, if any."""

    place: str
    code: str
    texts: tuple[str, ...]


def said_in(source: str, place: str) -> Iterator[Said | str]:
    """Every message that ``source`` makes, and a sentence for each that no one could translate."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in CALLS:
            continue
        at = f"{place}:{node.lineno}"
        literals = [
            each.value
            for each in node.args[: CALLS[node.func.id]]  # type: ignore[attr-defined]
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        if len(literals) < CALLS[node.func.id]:  # type: ignore[attr-defined]
            yield f"{at}: code and text have to be literals, or no catalogue finds them"
            continue
        code, *texts = literals
        given = {each.arg for each in node.keywords} | ({"n"} if len(texts) > 1 else set())
        # What a label lacks is given where it is shown.
        if (
            node.func.id != "label"
            and None not in given
            and (lacking := set().union(*map(names_in, texts)) - given)
        ):
            yield f"{at}: {code} says {', '.join(sorted(lacking))} and is not given it"
        yield Said(place=at, code=code, texts=tuple(texts))


def words_in(source: str, place: str) -> Iterator[Said | str]:
    """As `said_in`, of a template."""
    for node in _PARSER.parse(source).find_all(nodes.Call):
        if not isinstance(node.node, nodes.Name) or node.node.name not in WORDS:
            continue
        at, first = f"{place}:{node.lineno}", node.args[: WORDS[node.node.name]]
        literals = [
            each.value
            for each in first
            if isinstance(each, nodes.Const) and isinstance(each.value, str)
        ]
        if len(literals) < WORDS[node.node.name]:
            yield f"{at}: its words have to be literals, or no catalogue finds them"
            continue
        context, texts = (
            (literals[0], literals[1:]) if "pgettext" in node.node.name else ("", literals)
        )
        given = {each.key for each in node.kwargs} | ({"n"} if len(texts) > 1 else set())
        if lacking := set().union(*map(names_in, texts)) - given:
            yield f"{at}: “{texts[0]}” says {', '.join(sorted(lacking))} and is not given it"
        yield Said(place=at, code=context, texts=tuple(texts))


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def faults_of_code(said: Iterable[Said]) -> Iterator[str]:
    """A code stays when a sentence is reworded, so each has one."""
    first: dict[str, Said] = {}
    for each in said:
        known = first.setdefault(each.code, each)
        if known.texts != each.texts:
            yield f"{each.place}: {each.code} has another text at {known.place}"


def faults_of_catalogue(
    content: bytes, said: Iterable[Said], *, place: str, language: str, complete: bool
) -> Iterator[str]:
    """What is wrong with a catalogue: each translation of it, and what it lacks."""
    try:
        catalogue = _parsed(content, language)
    except _Unreadable as fault:
        yield f"{place}:{fault.line}: it cannot be compiled ({fault})"
        return
    for entry in catalogue.repeated:
        yield f"{place}:{entry.lineno}: {entry.context or _forms(entry.id)[0]} is there twice"
    wanted = {(each.code or None, each.texts[0]): each for each in said}
    entries = [entry for entry in catalogue if entry.id]
    for entry in entries:
        at, texts = f"{place}:{entry.lineno}", _forms(entry.id)
        known = wanted.pop((entry.context, texts[0]), None)
        named = entry.context or f"“{texts[0]}”"
        if known is None or known.texts != texts:
            yield f"{at}: nothing says {entry.context or 'on a page'} “{texts[0]}” any more"
        if entry.fuzzy:
            yield f"{at}: {named} is fuzzy; look whether it is true, and unmark it"
        if not all(_forms(entry.string)):
            yield f"{at}: {named} is not translated"
        elif not _says_its_values(entry):
            yield f"{at}: {named} has other values in braces than “{texts[0]}”"
    for lost in catalogue.obsolete.values():
        yield f"{place}:{lost.lineno}: nothing says {lost.context or lost.id} any more"
    for each in wanted.values() if complete else ():
        named = each.code or f"“{each.texts[0]}”"
        yield f"{each.place}: {named} is missing from {place}; run: make messages"


#: A note, a blank line, or a keyword with one whole string; Babel takes a string without its end.
_LINE = re.compile(
    r'\s*(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"(?:[^"\\]|\\.)*"\s*)?'
)


class _Unreadable(ValueError):
    """A catalogue that cannot be compiled, and the ``line`` that is why."""

    def __init__(self, line: int, why: object) -> None:
        super().__init__(str(why))
        self.line = line


class _Catalogue(Catalog):
    """Remembers the entries that Babel would let take each other's place."""

    def __init__(self, locale: str) -> None:
        super().__init__(locale)
        self.repeated: list[Message] = []

    def __setitem__(self, id: str | tuple[str, ...], message: Message) -> None:  # noqa: A002 - Babel's
        if id and self.get(id, message.context) is not None:
            self.repeated.append(message)
        super().__setitem__(id, message)


def _parsed(content: bytes, language: str) -> _Catalogue:
    """Raises _Unreadable."""
    catalogue = _Catalogue(locale=language)
    try:
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            if not _LINE.fullmatch(line):
                raise _Unreadable(number, "this is no line of a catalogue")
        PoFileParser(catalogue, abort_invalid=True).parse(BytesIO(content))
        write_mo(BytesIO(), catalogue)
    except UnicodeDecodeError as fault:
        raise _Unreadable(content.count(b"\n", 0, fault.start) + 1, "this is no UTF-8") from None
    except PoFileError as fault:
        raise _Unreadable(fault.lineno + 1, fault) from None
    return catalogue


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _says_its_values(entry: Message) -> bool:
    """The same as the English, but for what a comment leaves out; "one" may be said in a word."""
    named = set().union(*map(names_in, _forms(entry.id)))
    comments = [each for each in entry.user_comments if each.startswith(_LEAVES_OUT)]
    loose = {name for each in comments for name in each.removeprefix(_LEAVES_OUT).split(", ")}
    one, *others = map(names_in, _forms(entry.string))
    if others:
        return {*named} - {"n"} <= one <= named and all(own == named for own in others)
    return named - loose <= one <= named


def _read(
    rooms: Iterable[str], files: str, reader: Callable[[str, str], Iterator[Said | str]]
) -> Iterator[Said | str]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob(files)):
            yield from reader(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())


def faults() -> Iterator[str]:
    found = [*_read(ROOMS, "*.py", said_in)]
    yield from faults_of_code(each for each in found if isinstance(each, Said))
    found += _read((PAGES,), "*.html", words_in)
    yield from (each for each in found if isinstance(each, str))
    said = [each for each in found if isinstance(each, Said)]
    for language, complete in CATALOGUES.items():
        path = ROOT / "templates" / "locale" / language / "LC_MESSAGES" / "zwaan.po"
        place = path.relative_to(ROOT).as_posix()
        if not path.exists():
            yield f"{place}:1: there is no such catalogue"
            continue
        yield from faults_of_catalogue(
            path.read_bytes(), said, place=place, language=language, complete=complete
        )
    yield from faults_of_words(ROOT)


def faults_of_words(root: Path) -> Iterator[str]:
    """What is wrong with the words that rules read: lists, tables, and the questions of posts."""
    try:
        # Reading the first tables is what importing these does.
        from services.language import LANGUAGES
        from services.language.word_files import entries_of
        from services.voice.vocabulary import phrases_of
    except ValueError as fault:
        yield str(fault).removeprefix(f"{root}/")
        return
    for path in sorted((root / "services").rglob("*.txt")):
        try:
            entries_of(path)
        except ValueError as fault:
            yield str(fault).removeprefix(f"{root}/")
    yield from faults_of_questions(root)
    vocabulary = root / "services/voice/vocabulary"
    folders = [vocabulary / language for language in LANGUAGES]
    names = {path.name for folder in folders for path in folder.glob("*.txt")}
    code = "".join(path.read_text("utf-8") for path in (root / "services").rglob("*.py"))
    for folder in folders:
        place = folder.relative_to(root)
        yield from (
            f"{place / name}:1: another language has this list, and this one has not"
            for name in sorted(names)
            if not (folder / name).exists()
        )
        try:
            phrases_of(folder.name)
        except ValueError as fault:
            yield str(fault).removeprefix(f"{root}/")
        lines = (folder / "grammar.toml").read_text("utf-8").splitlines()
        yield from (
            f"{place}/grammar.toml:{number}: no rule reads {key[1]}"
            for number, line in enumerate(lines, start=1)
            if (key := re.match(r"(\w+) *=", line)) and f"GRAMMAR.{key[1]}" not in code
        )
    yield from (
        f"{place.relative_to(root)}:1: no rule reads this list"
        for place in sorted(vocabulary.rglob("*.txt"))
        if not re.search(rf"""["'/]{place.stem}["']""", code)
    )


def faults_of_questions(root: Path) -> Iterator[str]:
    """Keys that one language has and another lacks; the rules ask for the same of each."""
    keys: dict[Path, set[str]] = {}
    for path in sorted((root / "templates/posts/questions").glob("*.toml")):
        try:
            keys[path] = set(_keys_of(tomllib.loads(path.read_text("utf-8"))))
        except ValueError as fault:
            yield f"{path.relative_to(root)}: {fault}"
    everywhere = set.intersection(*keys.values()) if keys else set()
    for path, own in keys.items():
        lines = path.read_text("utf-8").splitlines()
        for key in sorted(own - everywhere):
            written = (f"[{key}]", f"{key.rpartition('.')[2]} =")
            at = (n for n, text in enumerate(lines, start=1) if text.startswith(written))
            line = lines.index(written[0]) + 1 if written[0] in lines else next(at, 1)
            yield f"{path.relative_to(root)}:{line}: another language has no {key}"


def _keys_of(table: dict[str, Any], within: str = "") -> Iterator[str]:
    for key, value in table.items():
        yield f"{within}{key}"
        if isinstance(value, dict):
            yield from _keys_of(value, f"{within}{key}.")


if __name__ == "__main__":
    found = list(faults())
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(bool(found))
