"""What `zwaan doctor` looks at, each with a finding."""

from __future__ import annotations

import asyncio
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
from services.message import (
    NOTHING,
    Message,
    advised,
    as_sentence,
    fault_and_remedy,
    message,
    refusal,
    said,
)
from services.settings import OFF, SANDBOX, Settings
from services.vault import Vault
from streams.bootstrap import network_settings
from streams.key_files import token_keys_path, vault
from streams.logs.admin import open_admin
from streams.logs.topics import TOO_FEW, TOO_MANY, compare, describe_partitions
from streams.worker.watch import require_room

#: What keeps something from being used.
AWAY, WRONG = "away", "wrong"

_FIRST_START = message(
    "do.first-start", "`zwaan up` makes it; where it is elsewhere, name the folder with --data."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``remedy`` is empty when all is well; ``trouble`` says why it cannot be used. What has a remedy
    has a `Message` as its state."""

    subject: str
    state: str | Message
    remedy: Message = NOTHING
    trouble: str = ""

    @property
    def words(self) -> Message:
        """The state, behind the trouble that it is."""
        state = said(self.state) if isinstance(self.state, str) else self.state
        if self.trouble == AWAY:
            return message("doctor.away", "away: {fault}", fault=state)
        if self.trouble == WRONG:
            return message("doctor.wrong", "wrong: {fault}", fault=state)
        return state

    def as_document(self) -> dict[str, Any]:
        """A fault is written as in the answers of the API."""
        document: dict[str, Any] = {"subject": self.subject, "state": str(self.words)}
        if isinstance(self.state, Message):
            document |= refusal(self.state, self.remedy) | {"trouble": self.trouble}
        return document | {"remedy": as_sentence(str(self.remedy))}


def examine(settings: Settings) -> Iterator[Finding]:
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
    kind = AWAY
    remedy = message("do.start-it", "Start it, or correct its address.")
    fault: Message
    try:
        return look()
    except ZwaanError as error:
        if isinstance(error, WrongSetting):
            kind, remedy = WRONG, message("do.correct-it", "Correct it.")
        fault, advice = fault_and_remedy(error.message)
        if fault.values.get("says") == DATABASE_AWAY.says:
            fault = (
                cause if isinstance(cause := fault.values["cause"], Message) else said(str(cause))
            )
        remedy = getattr(error, "remedy", NOTHING) or advice or remedy
    except OSError as error:
        fault = message(
            "doctor.folder",
            "{path}: {reason}",
            path=str(error.filename or "the data folder"),
            reason=error.strerror or str(error),
        )
        remedy = _RIGHTS
    return Finding(
        subject=subject,
        state=fault,
        trouble=kind,
        remedy=remedy,
    )


_RIGHTS = message("do.mend-rights", "Mend its rights, or name another folder with --data.")


def _not_made(subject: str, what: str) -> Finding:
    state = message("doctor.not-made-yet", "{what}, not made yet", what=what)
    return Finding(subject=subject, state=state, remedy=_FIRST_START)


def _data(settings: Settings) -> Finding:
    folder = settings.data.resolve()
    if not folder.exists():
        return _not_made("data", str(folder))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            subject="data",
            state=message("doctor.read-only", "{path} cannot be written", path=str(folder)),
            trouble=AWAY,
            remedy=_RIGHTS,
        )
    require_room(folder)
    return Finding(subject="data", state=str(folder))


async def _database(settings: Settings) -> Finding:
    kind = settings.database.split("+")[0]
    path = settings.database_path
    if path is not None and not path.exists():
        return _not_made("database", kind)
    database = Database.open(settings.database)
    try:
        current = await is_current(database)
    finally:
        await database.close()
    if not current:
        return Finding(
            subject="database",
            state=message("doctor.old-schema", "{kind}, schema is old", kind=kind),
            remedy=message("do.migrate", "Run: zwaan migrate."),
        )
    seen = "" if path is None else _sound(path, message("state.the-database", "the database"))
    return Finding(subject="database", state=f"{kind}, schema up to date{seen}")


def _sound(path: Path, name: Message) -> str:
    """What was looked at, behind a comma. Raises Stop for a damaged file."""
    if quick_check(path, name=name, seconds=_CHECK_SECONDS):
        return ", file sound"
    return f", file sound as far as {_CHECK_SECONDS} seconds go"


#: A large file takes longer than a person waits; its first part shows most.
_CHECK_SECONDS = 10


def _broker(settings: Settings) -> Finding:
    if settings.embedded and not settings.log_path.exists():
        return _not_made("broker", "embedded log")
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
            state=message(
                "doctor.missing-topics",
                "{log}, {number} of {all} topics missing",
                log=kind,
                number=len(missing),
                all=len(topics),
            ),
            trouble=AWAY,
            remedy=message(
                "do.create-topics", "Run: zwaan topics --create, and start the workers again."
            ),
        )
    if too_many := [each for each in topics if each.too_many_partitions]:
        return Finding(
            subject="broker",
            state=message(
                "doctor.topics", "{log}, {fault}", log=kind, fault=describe_partitions(too_many)
            ),
            remedy=TOO_MANY,
        )
    seen = (
        _sound(settings.log_path, message("state.the-log", "the log")) if settings.embedded else ""
    )
    state = f"{kind}, all {len(topics)} topics are there{seen}"
    if settings.broker_sasl and not settings.broker_tls:
        return Finding(
            subject="broker",
            state=message("doctor.without-tls", "{state}", state=state),
            remedy=message(
                "do.set-tls",
                "Set ZWAAN_BROKER_SECURITY to SASL_SSL: others on the way can listen.",
            ),
        )
    return Finding(subject="broker", state=state)


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
        state=message(
            "doctor.one-visitor", "everybody behind a reverse proxy looks like one visitor"
        ),
        remedy=message(
            "do.trust-proxy", "Set ZWAAN_TRUSTED_PROXIES to the address that it comes from."
        ),
    )


def _access(settings: Settings) -> Finding:
    """Show what requests from this machine may do, which includes those of a proxy on it."""
    if settings.is_laptop:
        return Finding(
            subject="access",
            state="a laptop: open to this machine, and a link signs in at once and again",
        )
    state = message(
        "doctor.wants-token",
        "a link signs in by its button, once; API and metrics want a token, from here too",
    )
    if settings.api_token:
        return Finding(subject="access", state=str(state))
    return Finding(
        subject="access",
        state=state,
        remedy=message(
            "do.make-api-key",
            "Make an API key (zwaan api-keys make), or set ZWAAN_API_TOKEN: no other system gets in.",
        ),
    )


def _network(name: str, place: str) -> Finding:
    """An address, the sandbox, or off."""
    if place == OFF:
        return Finding(subject=name, state=OFF)
    if place != SANDBOX:
        return Finding(subject=name, state=PASSWORD.sub("//***@", place))
    return Finding(
        subject=name,
        state=message("doctor.sandbox", "sandbox"),
        remedy=message(
            "do.go-live",
            "Set ZWAAN_{name}_URL, _CLIENT_ID and _CLIENT_SECRET to go live, or {off} as its URL.",
            name=name.upper(),
            off=OFF,
        ),
    )


def _other_network(settings: NetworkSettings) -> Finding:
    """Raises WrongSetting when no installed package brings its connector."""
    build_network(settings)
    return Finding(subject=settings.name, state=PASSWORD.sub("//***@", settings.api_url))


def _linkedin_version(version: str, *, today: date) -> Finding:
    """LinkedIn refuses every call once a version has ended: warn 60 days ahead."""
    ends = sunset_ahead(version, today=today)
    if ends is None:
        return Finding(subject="linkedin api", state=f"version {version}, until {sunset(version)}")
    state = (
        message(
            "doctor.version-ended", "version {version} ended on {day}", version=version, day=ends
        )
        if ends <= today
        else message(
            "doctor.version-ends", "version {version} ends on {day}", version=version, day=ends
        )
    )
    return Finding(
        subject="linkedin api",
        state=state,
        remedy=message("do.newer-version", "Set ZWAAN_LINKEDIN_VERSION to a newer one."),
    )


def _language_model(settings: Settings) -> Finding:
    """Show where stories and answers are sent, and whether that address may be used; no request is made."""
    if not settings.llm_url:
        return Finding(subject="model", state="none: texts come from the templates alone")
    LanguageModel(url=settings.llm_url, model=settings.llm_model)
    where = PASSWORD.sub("//***@", settings.llm_url)
    key = "with a key" if settings.llm_key.get_secret_value() else "without a key"
    return Finding(subject="model", state=f"{settings.llm_model} at {where}, {key}")


def _clock() -> Finding:
    # OAuth and schedules need a true clock; one before this release is certainly wrong.
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if time.time() < _RELEASED:
        remedy = message("do.set-clock", "Set the clock of this machine.")
        state = message("doctor.clock", "{time}", time=now)
        return Finding(subject="clock", state=state, remedy=remedy, trouble=WRONG)
    return Finding(subject="clock", state=now)


_RELEASED = 1_790_000_000


#: What may stand before the host of an address: a user and a password.
PASSWORD = re.compile(r"//[^/@\s]*@")
