"""Secrets that a laptop makes for itself, once, readable by its user alone."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from services.errors import Stop
from services.message import Message, advised, message
from services.settings import Settings
from services.vault import Vault, new_key

#: 32 random bytes as both kinds of keys write them: with ``=`` at the end, or without.
_KEY = re.compile(rb"[\w-]{43}=?")


def session_key(settings: Settings) -> str:
    """Raises Stop when the file that keeps it is damaged: nothing may be signed with an empty key."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.data / "session.key"
    return _read_or_make(
        path,
        lambda: secrets.token_urlsafe(32),
        remedy=message(
            "do.key.sign-in", "put a copy back, or remove it: then everybody signs in anew"
        ),
    )


def vault(settings: Settings) -> Vault:
    """Raises Rejected for a malformed setting, Stop when the file that keeps the key is damaged."""
    if settings.token_keys is not None:
        keys = settings.token_keys.get_secret_value().split(",")
        return Vault([key.strip() for key in keys if key.strip()])
    return Vault(
        [
            _read_or_make(
                token_keys_path(settings),
                new_key,
                remedy=message(
                    "do.key.tokens", "put a copy back, or remove it: then accounts connect anew"
                ),
            )
        ]
    )


def token_keys_path(settings: Settings) -> Path:
    """Where the key is kept that was made because none is configured."""
    return settings.data / "tokens.key"


def _read_or_make(path: Path, make: Callable[[], str], *, remedy: Message) -> str:
    """``remedy`` says what to do about a damaged key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path, make())
    key = path.read_bytes().strip()
    if not _KEY.fullmatch(key):
        raise Stop(
            advised(message("key.damaged", "the key in {path} is damaged", path=str(path)), remedy)
        )
    return key.decode()


def _make(path: Path, key: str) -> None:
    """Written aside and linked in whole, so that no reader sees half a key."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.") as fresh:
        fresh.write(key)
        fresh.flush()
        os.fsync(fresh.fileno())
        with suppress(FileExistsError):
            os.link(fresh.name, path)
