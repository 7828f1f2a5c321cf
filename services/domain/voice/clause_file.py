"""How a ``.clauses`` file is written: sections (``[hook]``) with one clause a line, ``#`` remarks.

``[je kent|u kent]`` in a clause is the familiar and the polite form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(r"^\[([a-z_]+)\]$")
_FORMS = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """A clause where it stands, from line 1; ``section`` is empty before the first one.

    A section's own line has an empty ``source``.
    """

    number: int
    section: str
    source: str

    @property
    def forms(self) -> tuple[str, str]:
        """The familiar and the polite form."""
        return _FORMS.sub(r"\1", self.source), _FORMS.sub(r"\2", self.source)


def read_lines(text: str) -> Iterator[Line]:
    section = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        if found := _SECTION.match(line):
            section = found.group(1)
            yield Line(number, section, "")
        elif line and not line.startswith("#"):
            yield Line(number, section, line)
