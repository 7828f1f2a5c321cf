"""``zwaan doctor``: settings, database, broker, credentials and clock, a line each."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from connectors.language_model import LanguageModel
from connectors.linkedin import sunset, sunset_ahead
from connectors.mail import SmtpNotifier
from connectors.registry import NetworkSettings, build_network
from services.accounts.reseal_tokens import under_older_keys
from services.database.engine import Database
from services.database.faults import AWAY as DATABASE_AWAY
from services.database.faults import quick_check
from services.database.migrate import is_current
from services.errors import WrongSetting, ZwaanError
from services.message import Message, Value, advised, as_sentence, fault_and_remedy, message
from services.settings import OFF, SANDBOX, Settings
from services.vault import Vault, new_key
from streams.bootstrap import network_settings
from streams.command_line.dead_letters import compare_with_progress
from streams.command_line.state import open_state, require_log
from streams.command_line.terminal import data_option, json_option, settings_of
from streams.key_files import token_keys_path, vault
from streams.logs.admin import open_admin
from streams.logs.topics import TOO_FEW, TOO_MANY, compare, describe_partitions
from streams.process.completeness import Account
from streams.worker.watch import require_room

#: What keeps something from being used.
AWAY, WRONG = "away", "wrong"

_FIRST_START = "`zwaan up` makes it; where it is elsewhere, name the folder with --data."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``remedy`` is empty when all is well; ``trouble`` says why it cannot be used."""

    subject: str
    state: str
    remedy: str = ""
    trouble: str = ""

    @property
    def shown_state(self) -> str:
        return f"{self.trouble}: {self.state}" if self.trouble else self.state


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
    findings = list(_examine(settings))
    usable = not any(each.trouble for each in findings)
    accounts = asyncio.run(_deep(settings)) if deep and usable else []
    findings += [_account(each) for each in accounts]
    if as_json:
        document = {
            "settings": _shown(settings),
            "findings": [
                {"subject": each.subject, "state": each.shown_state, "remedy": each.remedy}
                for each in findings
            ],
        }
        click.echo(json.dumps(document))
    else:
        for each in findings:
            mark = "!" if each.remedy else "✓"
            line = f"{mark} {each.subject:<12} {each.shown_state}"
            click.echo(f"{line}. {each.remedy}" if each.remedy else line)
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
    state = (
        f"{account.topic}: {account.handled} handled, {account.dead} dead letters, "
        f"{account.waiting} to come"
    )
    if account.expired:
        state += f", {account.expired} records EXPIRED before they were handled"
    if not account.missing:
        remedy = "Send them again, and keep the topic for longer." if account.expired else ""
        return Finding(subject=account.processor, state=state, remedy=remedy)
    named = ", ".join(each.name for each in account.missing[:_NAMED])
    more = f" and {len(account.missing) - _NAMED} more" if len(account.missing) > _NAMED else ""
    return Finding(
        subject=account.processor,
        state=f"{state}, {len(account.missing)} MISSING: {named}{more}",
        remedy="Run: zwaan replay --missing.",
    )


#: Missing events that a line names; with --json too.
_NAMED = 20


def _examine(settings: Settings) -> Iterator[Finding]:
    yield _checked("data", lambda: _data(settings))
    yield _checked("database", lambda: asyncio.run(_database(settings)))
    yield _checked("broker", lambda: _broker(settings))
    yield _checked("keys", lambda: _keys(settings))
    yield _checked("mail", lambda: _mail(settings))
    yield _proxies(settings)
    yield _access(settings)
    for name, place in settings.our_networks.items():
        yield _network(name, place)
        if name == "linkedin" and place != OFF:
            yield _linkedin_version(settings.linkedin_version, today=datetime.now(UTC).date())
    for network in network_settings(settings):
        if network.name in settings.other_networks:
            yield _checked(network.name, partial(_other_network, network))
    yield _checked("model", lambda: _language_model(settings))
    yield _clock()


def _checked(subject: str, look: Callable[[], Finding]) -> Finding:
    kind, remedy = AWAY, "start it, or correct its address"
    fault: Value
    try:
        return look()
    except ZwaanError as error:
        if isinstance(error, WrongSetting):
            kind, remedy = WRONG, "correct it"
        fault, advice = fault_and_remedy(error.message)
        if fault.values.get("says") == DATABASE_AWAY.says:
            fault = fault.values["cause"]
        remedy = str(getattr(error, "remedy", "")) or str(advice) or remedy
    except OSError as error:
        fault = f"{error.filename or 'the data folder'}: {error.strerror}"
        remedy = "mend its rights, or name another folder with --data"
    return Finding(
        subject=subject,
        state=str(fault),
        trouble=kind,
        remedy=as_sentence(remedy),
    )


def _data(settings: Settings) -> Finding:
    folder = settings.data.resolve()
    if not folder.exists():
        return Finding(subject="data", state=f"{folder}, not made yet", remedy=_FIRST_START)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            subject="data",
            state=f"{folder} cannot be written",
            trouble=AWAY,
            remedy="Mend its rights, or name another folder with --data.",
        )
    require_room(folder)
    return Finding(subject="data", state=str(folder))


async def _database(settings: Settings) -> Finding:
    kind = settings.database.split("+")[0]
    path = settings.database_path
    if path is not None and not path.exists():
        return Finding(subject="database", state=f"{kind}, not made yet", remedy=_FIRST_START)
    database = Database.open(settings.database)
    try:
        current = await is_current(database)
    finally:
        await database.close()
    if not current:
        return Finding(
            subject="database", state=f"{kind}, schema is old", remedy="Run: zwaan migrate"
        )
    seen = "" if path is None else _sound(path, message("state.the-database", "the database"))
    return Finding(subject="database", state=f"{kind}, schema up to date{seen}")


def _sound(path: Path, name: Message) -> str:
    """What was looked at, behind a comma. Raises Stop for a damaged file."""
    if quick_check(path, name=name, seconds=_CHECK_SECONDS):
        return ", file sound"
    return f", file sound as far as {_CHECK_SECONDS} seconds go"


#: A large file takes longer than somebody waits; the first part of it tells most.
_CHECK_SECONDS = 10


def _broker(settings: Settings) -> Finding:
    if settings.embedded and not settings.log_path.exists():
        return Finding(subject="broker", state="embedded log, not made yet", remedy=_FIRST_START)
    admin = open_admin(settings)
    try:
        topics = compare(admin)
    finally:
        admin.close()
    kind = "embedded log" if settings.embedded else f"Apache Kafka{_way_in(settings)}"
    if too_few := [each for each in topics if each.too_few_partitions]:
        raise WrongSetting(
            advised(
                message(
                    "doctor.topics", "{log}, {fault}", log=kind, fault=describe_partitions(too_few)
                ),
                TOO_FEW,
            )
        )
    if missing := [each for each in topics if each.state is None]:
        return Finding(
            subject="broker",
            state=f"{kind}, {len(missing)} of {len(topics)} topics missing",
            trouble=AWAY,
            remedy="Run: zwaan topics --create, and start the workers again.",
        )
    if too_many := [each for each in topics if each.too_many_partitions]:
        return Finding(
            subject="broker",
            state=f"{kind}, {describe_partitions(too_many)}",
            remedy=as_sentence(str(TOO_MANY)),
        )
    seen = (
        _sound(settings.log_path, message("state.the-log", "the log")) if settings.embedded else ""
    )
    exposed = settings.broker_sasl and not settings.broker_tls
    return Finding(
        subject="broker",
        state=f"{kind}, all {len(topics)} topics are there{seen}",
        remedy="Set ZWAAN_BROKER_SECURITY to SASL_SSL: others on the way can listen." * exposed,
    )


def _way_in(settings: Settings) -> str:
    way = " over TLS" if settings.broker_tls else " without TLS" if settings.broker_sasl else ""
    return f"{way} as {settings.broker_user}" if settings.broker_sasl else way


def _keys(settings: Settings) -> Finding:
    if settings.token_keys is None and not token_keys_path(settings).exists():
        return Finding(subject="keys", state="none yet, the first start makes them")
    keys = vault(settings)
    where = "from ZWAAN_TOKEN_KEYS" if settings.token_keys else f"kept in {settings.data}"
    state = f"tokens are encrypted, {where}"
    path = settings.database_path
    there = path is None or path.exists()
    if keys.rotates and there and (older := asyncio.run(_under_older_keys(settings, keys))):
        state += (
            f"; connections that need an older key: {older} (a worker renews them within an hour)"
        )
    return Finding(subject="keys", state=state)


async def _under_older_keys(settings: Settings, keys: Vault) -> int:
    database = Database.open(settings.database)
    try:
        return len(await under_older_keys(database, keys)) if await is_current(database) else 0
    finally:
        await database.close()


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding(subject="mail", state="none; links to sign in come from zwaan sign-in")
    address = settings.smtp_url.get_secret_value()
    SmtpNotifier(address, sender=settings.mail_from)
    parts = urlsplit(address)
    return Finding(subject="mail", state=f"{parts.scheme}://{parts.hostname}")


def _proxies(settings: Settings) -> Finding:
    """Beyond loopback the pages are behind a proxy with TLS: every visitor has the proxy's address unless
    the proxy is trusted."""
    if settings.on_loopback or "trusted_proxies" in settings.model_fields_set:
        believed = ", ".join(settings.trusted_proxies) or "none"
        return Finding(subject="proxies", state=f"{believed} may say whom they speak for")
    return Finding(
        subject="proxies",
        state="everybody behind a reverse proxy looks like one visitor",
        remedy="Set ZWAAN_TRUSTED_PROXIES to the address that it comes from.",
    )


def _access(settings: Settings) -> Finding:
    """Show what requests from this machine may do, which includes those of a proxy on it."""
    if settings.is_laptop:
        return Finding(
            subject="access",
            state="a laptop: open to this machine, and a link signs in at once and again",
        )
    return Finding(
        subject="access",
        state="a link signs in by its button, once; API and metrics want a token, from here too",
        remedy=""
        if settings.api_token
        else "Make an API key (zwaan api-keys make), or set ZWAAN_API_TOKEN: no other system gets in.",
    )


def _network(name: str, place: str) -> Finding:
    """An address, the sandbox, or off."""
    if place == OFF:
        return Finding(subject=name, state=OFF)
    if place != SANDBOX:
        return Finding(subject=name, state=_PASSWORD.sub("//***@", place))
    return Finding(
        subject=name,
        state=SANDBOX,
        remedy=f"Set ZWAAN_{name.upper()}_URL, _CLIENT_ID and _CLIENT_SECRET to go live, "
        f"or {OFF} as its URL.",
    )


def _other_network(settings: NetworkSettings) -> Finding:
    """Raises WrongSetting when no installed package brings its connector."""
    build_network(settings)
    return Finding(subject=settings.name, state=_PASSWORD.sub("//***@", settings.api_url))


def _linkedin_version(version: str, *, today: date) -> Finding:
    """LinkedIn refuses every call once a version has ended: warn 60 days ahead."""
    ends = sunset_ahead(version, today=today)
    if ends is None:
        return Finding(subject="linkedin api", state=f"version {version}, until {sunset(version)}")
    return Finding(
        subject="linkedin api",
        state=f"version {version} {'ended' if ends <= today else 'ends'} on {ends}",
        remedy="Set ZWAAN_LINKEDIN_VERSION to a newer one.",
    )


def _language_model(settings: Settings) -> Finding:
    """Show where stories and answers are sent, and whether that address may be used; no request is made."""
    if not settings.llm_url:
        return Finding(subject="model", state="none: texts come from the templates alone")
    LanguageModel(url=settings.llm_url, model=settings.llm_model)
    where = _PASSWORD.sub("//***@", settings.llm_url)
    key = "with a key" if settings.llm_key.get_secret_value() else "without a key"
    return Finding(subject="model", state=f"{settings.llm_model} at {where}, {key}")


def _clock() -> Finding:
    # OAuth and schedules need a true clock; one before this release is certainly wrong.
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if time.time() < _RELEASED:
        remedy = "Set the clock of this machine."
        return Finding(subject="clock", state=now, remedy=remedy, trouble=WRONG)
    return Finding(subject="clock", state=now)


_RELEASED = 1_790_000_000


#: What may stand before the host of an address: a user and a password.
_PASSWORD = re.compile(r"//[^/@\s]*@")


def _shown(settings: Settings) -> dict[str, Any]:
    """All settings for reading; of a secret only whether it is set."""
    shown: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = "set" if value.get_secret_value() else None
        elif isinstance(value, str):
            value = _PASSWORD.sub("//***@", value)
        else:
            value = to_jsonable_python(value)
        shown[f"ZWAAN_{name.upper()}"] = value
    return shown
