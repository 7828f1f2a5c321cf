"""Secrets that a laptop makes for itself, once, readable by its user alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from services.settings import Settings
from services.vault import Vault, new_key


def session_key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _read_or_make(settings.data / "session.key", lambda: secrets.token_urlsafe(32))


def vault(settings: Settings) -> Vault:
    if settings.token_keys is not None:
        keys = settings.token_keys.get_secret_value().split(",")
        return Vault([key.strip() for key in keys if key.strip()])
    return Vault([_read_or_make(token_keys_path(settings), new_key)])


def token_keys_path(settings: Settings) -> Path:
    """Where the key is kept that was made because none is configured."""
    return settings.data / "tokens.key"


def _read_or_make(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        # Written aside and linked in whole, so that no other process ever reads half a key.
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(fresh, path)
        finally:
            fresh.unlink()
    return path.read_text()
