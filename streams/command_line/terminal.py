"""What a command prints: text of others may not steer a terminal, and commands can be typed again."""

from __future__ import annotations

import shlex
import shutil
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.settings import Settings

# Control characters move the cursor and recolour; those of direction reorder what stands beside.
_STEERING = ("Cc", "Cf", "Cs")


def visible(text: str) -> str:
    """``text`` with what a terminal would obey written as an escape; line ends and tabs stay.

    The joiner of emoji stays too: it steers nothing.
    """
    return "".join(
        c if c in "\n\t\u200d" or unicodedata.category(c) not in _STEERING else _escaped(c)
        for c in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def command_name() -> str:
    """``zwaan`` where a shell finds this very one by that name, otherwise its path."""
    called = Path(sys.argv[0])
    found = shutil.which("zwaan")
    if called.name != "zwaan" or (found and Path(found).resolve() == called.resolve()):
        return "zwaan"
    here = Path.cwd()
    called = called.absolute()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def data_words(settings: Settings) -> str:
    """`` --data DIR`` where another terminal has to name the folder, otherwise nothing."""
    default = type(settings).model_fields["data"].default
    return "" if settings.data == default else f" --data {shlex.quote(str(settings.data))}"
