"""Whether the catalogues say what the code says; a line for each fault, with its file and line.

``python -m tests.check_messages`` is a part of ``make lint``; ``make messages`` brings the Dutch
catalogue in step and leaves only its translation to do.
"""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).parents[1]
ROOMS = ("services", "connectors", "streams")
#: The places of code, text and plural among the arguments of the calls that make a message.
CALLS = {"message": 2, "message_n": 3}
#: Of each catalogue whether it has to hold everything that is said.
CATALOGUES = {"nl": True, "en": False}
#: Stands above a translation that does not say all of its values.
_LEAVES_OUT = "leaves out: "


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message as the code makes it, and where."""

    place: str
    code: str
    texts: tuple[str, ...]


def said_in(source: str, place: str) -> Iterator[Said | str]:
    """Every message that ``source`` makes, and a sentence for each that nobody could translate."""
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
        if None not in given and (lacking := set().union(*map(names_in, texts)) - given):
            yield f"{at}: {code} says {', '.join(sorted(lacking))} and is not given it"
        yield Said(place=at, code=code, texts=tuple(texts))


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
        catalogue = read_po(BytesIO(content), locale=language, abort_invalid=True)
        write_mo(BytesIO(), catalogue)
    except (PoFileError, ValueError) as error:
        yield f"{place}:{getattr(error, 'lineno', 0) + 1}: it cannot be compiled ({error})"
        return
    wanted = {(each.code, each.texts[0]): each for each in said}
    entries = [entry for entry in catalogue if entry.id]
    for entry in entries:
        at, texts = f"{place}:{entry.lineno}", _forms(entry.id)
        known = wanted.pop((entry.context, texts[0]), None)
        if known is None or known.texts != texts:
            yield f"{at}: nothing says {entry.context} “{texts[0]}” any more"
        if entry.fuzzy:
            yield f"{at}: {entry.context} is fuzzy; look whether it is true, and unmark it"
        if not all(_forms(entry.string)):
            yield f"{at}: {entry.context} is not translated"
        elif not _says_its_values(entry):
            yield f"{at}: {entry.context} has other values in braces than “{texts[0]}”"
    for lost in catalogue.obsolete.values():
        yield f"{place}:{lost.lineno}: nothing says {lost.context} any more"
    for each in wanted.values() if complete else ():
        yield f"{each.place}: {each.code} is missing from {place}; run: make messages"


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


def faults() -> Iterator[str]:
    said: list[Said] = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for each in said_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix()):
                if isinstance(each, str):
                    yield each
                else:
                    said.append(each)
    yield from faults_of_code(said)
    for language, complete in CATALOGUES.items():
        path = ROOT / "templates" / "locale" / language / "LC_MESSAGES" / "zwaan.po"
        place = path.relative_to(ROOT).as_posix()
        yield from faults_of_catalogue(
            path.read_bytes(), said, place=place, language=language, complete=complete
        )


if __name__ == "__main__":
    found = list(faults())
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(bool(found))
