"""``zwaan doctor``: settings, database, broker, credentials and clock, a line each."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from services.message import NOTHING, Message, as_sentence, message
from services.settings import Settings
from services.vault import new_key
from streams.command_line.dead_letters import compare_with_progress
from streams.command_line.findings import AWAY, PASSWORD, WRONG, Finding, examine
from streams.command_line.state import open_state, require_log
from streams.command_line.terminal import data_option, json_option, settings_of, worded
from streams.process.completeness import Account


@click.command()
@click.option("--new-token-key", is_flag=True, help="Print a fresh key for ZWAAN_TOKEN_KEYS.")
@click.option("--deep", is_flag=True, help="Compare every record on the log with what was done.")
@data_option
@json_option
def doctor(new_token_key: bool, deep: bool, data: Path | None, as_json: bool) -> int:
    """Check the settings and everything they point at; each line says what to do.

    Exits with 2 when a setting is wrong, with 3 when a dependency is away, and with 1 when --deep
    finds an event that a processor passed over.
    """
    if new_token_key:
        click.echo(new_key())
        return 0
    settings = settings_of(data=data)
    findings = list(examine(settings))
    usable = not any(each.trouble for each in findings)
    accounts = asyncio.run(_deep(settings)) if deep and usable else []
    findings += [_account(each) for each in accounts]
    if as_json:
        document = {
            "settings": _shown(settings),
            "findings": [each.as_document() for each in findings],
        }
        click.echo(json.dumps(document))
    else:
        for each in findings:
            mark = "!" if each.remedy else "✓"
            line = f"{mark} {each.subject:<12} {worded(each.words)}"
            remedy = as_sentence(worded(each.remedy))
            click.echo(f"{line}. {remedy}" if remedy else line)
    if any(each.trouble == WRONG for each in findings):
        return 2
    if any(each.trouble == AWAY for each in findings):
        return 3
    return 1 if any(account.missing or account.expired for account in accounts) else 0


async def _deep(settings: Settings) -> list[Account]:
    require_log(settings)
    async with open_state(settings) as database:
        return await compare_with_progress(settings, database)


def _account(account: Account) -> Finding:
    state: str | Message = (
        f"{account.topic}: {account.handled} handled, {account.dead} dead letters, "
        f"{account.waiting} to come"
    )
    remedy = NOTHING
    if account.expired:
        state = message(
            "doctor.expired",
            "{state}, {number} records EXPIRED before they were handled",
            state=state,
            number=account.expired,
        )
        remedy = message("do.send-again", "Send them again, and keep the topic for longer.")
    if account.missing:
        named = ", ".join(each.name for each in account.missing[:_NAMED])
        more = len(account.missing) - _NAMED
        state = message(
            "doctor.missing",
            "{state}, {number} MISSING: {names}",
            state=state,
            number=len(account.missing),
            names=f"{named} and {more} more" if more > 0 else named,
        )
        remedy = message("do.replay-missing", "Run: zwaan replay --missing.")
    return Finding(subject=account.processor, state=state, remedy=remedy)


#: Missing events that a line names; with --json too.
_NAMED = 20


def _shown(settings: Settings) -> dict[str, Any]:
    """All settings for reading; of a secret only whether it is set."""
    shown: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = "set" if value.get_secret_value() else None
        elif isinstance(value, str):
            value = PASSWORD.sub("//***@", value)
        else:
            value = to_jsonable_python(value)
        shown[f"ZWAAN_{name.upper()}"] = value
    return shown
