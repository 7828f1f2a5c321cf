"""The format of a file of layouts: whole posts, one below the other.

A line ``=== name`` begins one, ``=== name short`` one for X and for people who prefer short posts.
Text above the first is a remark. ``{{ form("je kent", "u kent") }}`` is the familiar and the
polite form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = re.compile(r"^===(?P<rest>.*)$")
_NAMED = re.compile(r"\s+(?P<name>[a-z]+(?:-[a-z0-9]+)*)(?P<short>\s+short)?\s*")
_FORM = re.compile(r"""\{\{\s*form\(\s*"([^"{}]*)"\s*,\s*"([^"{}]*)"\s*\)\s*\}\}""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One post of a file: ``line`` is that of its header, from 1; its text begins below.

    ``name`` is empty when the header cannot be read.
    """

    name: str
    short: bool
    line: int
    source: str

    @property
    def forms(self) -> tuple[str, str]:
        """The familiar and the polite form."""
        return _FORM.sub(r"\1", self.source), _FORM.sub(r"\2", self.source)


def read_sections(text: str) -> Iterator[Section]:
    header: re.Match[str] | None = None
    started, lines = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), "==="], start=1):
        found = HEADER.match(line)
        if found is None:
            lines.append(line.rstrip())
            continue
        if header is not None:
            yield _section(header, started, lines)
        header, started, lines = found, number, []


def _section(header: re.Match[str], line: int, lines: list[str]) -> Section:
    read = _NAMED.fullmatch(header["rest"])
    return Section(
        name=read["name"] if read else "",
        short=bool(read and read["short"]),
        line=line,
        source="\n".join(lines).rstrip("\n"),
    )
