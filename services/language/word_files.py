"""Files of words for people to review: a list with an entry a line, or a table of named words.

What is wrong with one is said with its file and line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)")


class Table(BaseModel):
    """The keys of a TOML file; one that is not among them is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Table = TypeVar("_Table", bound=Table)


def entries_of(file: Traversable) -> list[str]:
    """The lines of a list; ``#`` begins a note. Raises ValueError for a duplicate."""
    if not file.is_file():
        raise ValueError(f"{file}: there is no such list of words")
    seen: dict[str, int] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        if seen.setdefault(entry, number) != number:
            raise ValueError(f'{file}, line {number}: "{entry}" is in line {seen[entry]} too')
    return list(seen)


def table_of(file: Traversable, kind: type[_Table]) -> _Table:
    """Raises ValueError for an unknown key, a missing one, and a word that a key has twice."""
    text = file.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
        found = kind.model_validate(table)
    except tomllib.TOMLDecodeError as fault:
        at = _AT_LINE.fullmatch(str(fault))
        what, line = (at[1], int(at[2])) if at else (str(fault), text.count("\n") + 1)
        raise ValueError(f"{file}, line {line}: {what}") from None
    except ValidationError as fault:
        # What is unknown has a line; what is missing is mostly that very key, misspelt.
        first = min(fault.errors(), key=lambda each: each["type"] != "extra_forbidden")
        keys = [str(each) for each in first["loc"]]
        raise ValueError(
            f"{file}, line {_line_of(text, keys)}: {'.'.join(keys)}: {first['msg']}"
        ) from None
    for key, word in _twice(table):
        raise ValueError(f'{file}, line {_line_of(text, [key])}: {key} has "{word}" twice')
    return found


def _twice(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _twice(value)
        elif isinstance(value, list):
            yield from ((key, word) for place, word in enumerate(value) if word in value[:place])


def _line_of(text: str, keys: list[str]) -> int:
    """Where the last of ``keys`` that the file has is written; its end where it has none."""
    lines = text.splitlines()
    for key in reversed(keys):
        written = re.compile(rf'\s*\[?"?{re.escape(key)}"?\s*[=\]]')
        for number, line in enumerate(lines, start=1):
            if written.match(line):
                return number
    return len(lines)
