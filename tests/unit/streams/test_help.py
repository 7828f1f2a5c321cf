"""`zwaan --help` answers at once, and pages before a worker; what is wrong is said in the language of the
terminal.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from streams.command_line.main import _COMMANDS, exit_code

_HELP = """
from streams.command_line.main import exit_code
exit_code(["--help"])
"""


def _loaded_by(program: str) -> set[str]:
    told = 'import sys; print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))'
    done = subprocess.run(
        [sys.executable, "-c", program + told], capture_output=True, text=True, check=True
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_command_says_the_same_of_itself(name: str) -> None:
    """The sentence in the list is the first one of the command's own help."""
    place, told = _COMMANDS[name]
    module, attribute = place.split(":")
    assert getattr(import_module(module), attribute).get_short_help_str(limit=1000) == told


def test_help_loads_nothing_that_it_does_not_need() -> None:
    """Neither the frameworks, nor what they bring along."""
    loaded = _loaded_by(_HELP)
    assert "click" in loaded
    slow = {"numpy", "pydantic", "sqlalchemy", "fastapi", "faust", "structlog", "aiohttp", "jinja2"}
    assert not loaded & slow


@pytest.mark.parametrize(
    ("terminal", "said"),
    [
        ("nl_BE.UTF-8", "er is geen database van Zwaan in {}; noem de map"),
        ("en_GB.UTF-8", "there is no database of Zwaan in {}; name its folder"),
        ("fr_FR.UTF-8", "there is no database of Zwaan in {}; name its folder"),
        ("nonsense", "there is no database of Zwaan in {}; name its folder"),
    ],
)
def test_a_fault_is_in_the_language_of_the_terminal(
    terminal: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In English where it is another one than ours, or none."""
    monkeypatch.setenv("LC_ALL", terminal)
    assert exit_code(["stats", "--data", str(tmp_path)]) == 3
    assert capsys.readouterr().err.startswith(f"zwaan: {said.format(tmp_path)}")


def test_pages_answer_before_what_a_worker_needs_is_loaded() -> None:
    """Of `zwaan up` and `zwaan demo`; `zwaan web` never needs it."""
    loaded = _loaded_by("import streams.run, streams.demo.run\n")
    assert "fastapi" in loaded
    assert not loaded & {"faust", "aiohttp", "aiokafka", "kafka", "alembic", "tweepy"}
