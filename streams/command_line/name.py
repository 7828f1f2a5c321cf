"""How this command was called, so that what is printed can be typed again."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from services.settings import Settings


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
