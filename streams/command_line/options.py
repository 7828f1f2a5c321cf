"""Options that several commands share, and how a command reads its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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
        hint = f"did you mean {meant}?" if meant else "zwaan doctor --json lists the settings."
        click.echo(f"zwaan: {name} is no setting and is ignored; {hint}", err=True)
    configure_logging(level=settings.log_level, as_json=settings.log_format == "json")
    return settings
