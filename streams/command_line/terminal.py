"""Input and output of commands: shared options, its settings, and text for a terminal.

Text of others may not steer a terminal, and commands can be typed again.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from services.message import NOTHING, Message, advised, ended, message

if TYPE_CHECKING:
    from services.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """A group whose help shows each command's first sentence whole, on as many lines as it takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(self.short_helps(ctx))

    def short_helps(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Each command and its first sentence."""
        return [
            (name, command.get_short_help_str(limit=1000))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]


def data_option(command: Command) -> Command:
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the log, the database and the keys (ZWAAN_DATA; default .zwaan).",
    )(command)


def address_options(command: Command) -> Command:
    command = click.option(
        "--port", type=click.IntRange(1, 65535), help="Port of the pages (ZWAAN_PORT; 8000)."
    )(command)
    return click.option("--host", help="Address the pages are served on (ZWAAN_HOST; 127.0.0.1).")(
        command
    )


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def settings_of(**given: Any) -> Settings:
    """Settings from the environment with the command's options on top; logging follows them.

    Raises WrongSetting.
    """
    from services.settings import load_settings, unknown_settings  # noqa: PLC0415 - slow
    from streams.logging import configure_logging  # noqa: PLC0415 - slow

    settings = load_settings(**given)
    for name, meant in unknown_settings().items():
        listed = message("do.list-settings", "zwaan doctor --json lists the settings")
        hint = message("do.meant-setting", "did you mean {name}?", name=meant) if meant else listed
        fault = message("setting.ignored", "{name} is no setting and is ignored", name=name)
        warn(advised(fault, hint))
    configure_logging(level=settings.log_level, as_json=settings.log_format == "json")
    return settings


def worded(words: Message) -> str:
    """In the language of this terminal (``LC_ALL``, ``LC_MESSAGES``, ``LANG``) where we write it, and
    otherwise in English, as help and states are."""
    from babel import default_locale  # noqa: PLC0415 - slow, and so are these

    from services.language import DEFAULT, LANGUAGES  # noqa: PLC0415
    from services.web.messages import messages_in  # noqa: PLC0415

    language = (default_locale(("LC_ALL", "LC_MESSAGES", "LANG")) or DEFAULT).partition("_")[0]
    if language == DEFAULT or language not in LANGUAGES:
        return str(words)
    return messages_in(language).phrase(words)


def warn(fault: Message, remedy: Message = NOTHING, *, place: str = "") -> None:
    """Say on standard error what is wrong, where, and what to do about it."""
    where = f"{place}: " if place else ""
    said = f"{ended(worded(fault))} {worded(remedy)}".strip()
    click.echo(visible(f"zwaan: {where}{said}"), err=True)


# Control characters move the cursor and recolour; those of direction reorder the text beside them.
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
