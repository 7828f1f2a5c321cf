"""The ``zwaan`` command: finds the subcommand, and turns errors into a sentence and an exit code.

Exit codes: 0 done, 1 refused input, 2 wrong usage, 3 a dependency is away.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from services.errors import NeedsPerson, Rejected, RetryLater, Stop, WrongSetting
from services.message import message
from streams.command_line.terminal import Group, warn

# Imported only when asked for, and their help is here too, so that help answers at once.
_COMMANDS = {
    "up": (
        "streams.command_line.running:up",
        "Run everything in one process: pages, worker, and the sandbox networks until real ones are set.",
    ),
    "demo": (
        "streams.command_line.running:demo",
        "Run `up` with an example organisation, simulated ambassadors and a simulated audience.",
    ),
    "web": (
        "streams.command_line.running:web",
        "Serve the pages and the HTTP API; workers run elsewhere.",
    ),
    "worker": (
        "streams.command_line.running:worker",
        "Process events, publish and measure.",
    ),
    "sandbox": (
        "streams.command_line.running:sandbox",
        "Serve the sandbox networks alone, with /_sandbox/journal, /_sandbox/faults, /_sandbox/clock.",
    ),
    "publish": (
        "streams.command_line.intake:publish",
        'Publish CloudEvents from FILEs (JSON, a JSON array, or NDJSON; "-" is standard input).',
    ),
    "import": (
        "streams.command_line.intake:import_",
        "Bring in people from a CSV or XLSX file, or stories and vacancies from a feed.",
    ),
    "compose": (
        "streams.command_line.texts:compose",
        "Show the drafts that an event would bring to these people; nothing is stored or sent.",
    ),
    "preview": (
        "streams.command_line.texts:preview",
        "Measure a text from standard input and show the very string that would be sent.",
    ),
    "stats": (
        "streams.command_line.figures:stats",
        "Show posts by state, clicks by class and reach by tag.",
    ),
    "rebuild": (
        "streams.command_line.figures:rebuild",
        "Count the statistics again from the log.",
    ),
    "topics": (
        "streams.command_line.operations:topics",
        "List the topics with their partitions, records and retention, and what the catalogue says otherwise.",
    ),
    "lag": (
        "streams.command_line.operations:lag",
        "Show how many records wait for the processors, by topic.",
    ),
    "dead-letters": (
        "streams.command_line.dead_letters:dead_letters",
        "Events that could not be processed: look, replay them when the cause is mended, or drop them.",
    ),
    "replay": (
        "streams.command_line.dead_letters:replay_missing",
        "Hand events to their processors again that `zwaan doctor --deep` finds missing.",
    ),
    "doctor": (
        "streams.command_line.doctor:doctor",
        "Check the settings and everything they point at; each line says what to do.",
    ),
    "migrate": (
        "streams.command_line.operations:migrate",
        "Bring the database to the schema of this version (`up`, `web` and `worker` do so too).",
    ),
    "api-keys": (
        "streams.command_line.people:api_keys",
        "Keys by which other systems send events and read figures: list, make, revoke.",
    ),
    "sign-in": (
        "streams.command_line.people:sign_in",
        "Print a sign-in link for EMAIL, who is added or given roles where needed.",
    ),
}


class _ReaderGone(Exception):
    """The reader of our output went away (``| head``), which click calls a failure."""


class _Lazy(Group):
    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError as gone:  # reading the help
            raise _ReaderGone from gone

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            raise _ReaderGone from gone

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def short_helps(self, ctx: click.Context) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(name, sentence) for name, (_, sentence) in _COMMANDS.items()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="zwaan", message="%(prog)s %(version)s")
def zwaan() -> None:
    """Personal posts for every ambassador, published with consent, measured honestly.

    Settings are ZWAAN_* variables or a .env file; `zwaan doctor` shows and checks them.
    """


def run() -> NoReturn:
    """The console script. What it makes, its user alone may read: keys, people, and the log."""
    os.umask(0o077)
    share_one_arena()
    sys.exit(exit_code(sys.argv[1:]))


def exit_code(arguments: list[str]) -> int:
    """Run a command line; what goes wrong is one sentence on standard error."""
    try:
        result = zwaan.main(args=arguments, prog_name="zwaan", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 130
    except _ReaderGone:
        _forget_output()  # it got what it wanted
        return 0
    except (Rejected, NeedsPerson) as error:
        warn(error.message, error.remedy)
        return 1
    except (RetryLater, Stop) as error:
        warn(error.message)
        return 2 if isinstance(error, WrongSetting) else 3
    except OSError as error:
        # A folder that cannot be made, a disk that is full.
        remedy = _NO_ROOM if error.errno == errno.ENOSPC else _ELSEWHERE
        place = str(error.filename or "") or message(
            "file.some", "the output, or a file in the data folder,"
        )
        fault = message(
            "file.unusable",
            "{place} cannot be used ({reason})",
            place=place,
            reason=error.strerror or "",
        )
        warn(fault, remedy)
        _forget_output()
        return 3
    return result if isinstance(result, int) else 0


_NO_ROOM = message("do.free-disk", "Free some disk space.")
_ELSEWHERE = message("do.other-folder", "Mend that, or name another data folder with --data.")


def _forget_output() -> None:
    """What is still buffered goes nowhere; otherwise Python tries again at its end, and complains."""
    with suppress(OSError, ValueError, AttributeError):  # closed, or never there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


#: ``M_ARENA_MAX`` of glibc's malloc.h.
_ARENA_MAX = -8


def share_one_arena() -> None:
    """Let all threads of this process allocate from one arena; call it before there are any.

    glibc makes an arena for every thread, up to eight a core, and what one thread frees no other
    uses: a demo of forty campaigns held 325 MB in place of 220. Threads of Python take turns
    anyway. Elsewhere than on glibc nothing happens. See mallopt(3).
    """
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
