"""The token vault: OAuth tokens encrypted at rest with Fernet, keys that rotate without downtime.

Put a new key first in ``ZWAAN_TOKEN_KEYS``: it encrypts from then on, older ones still decrypt, and
workers put what is stored under the new one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.errors import NeedsPerson, Rejected
from services.message import message
from services.ports import Tokens


class Vault:
    """Encrypts and decrypts `Tokens`; ``rotates`` with more than one key. Raises Rejected for a
    malformed key."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise Rejected(
                message("keys.none", "ZWAAN_TOKEN_KEYS holds no key"),
                remedy=message("do.make-key", "Make one with: zwaan doctor --new-token-key"),
            )
        try:
            each = [Fernet(key) for key in keys]
        except ValueError as error:
            raise Rejected(
                message("keys.no-fernet", "a key in ZWAAN_TOKEN_KEYS is not a Fernet key"),
                remedy=message("do.make-key", "Make one with: zwaan doctor --new-token-key"),
            ) from error
        self._newest, self._fernet = each[0], MultiFernet(each)
        self.rotates = len(each) > 1

    def seal(self, tokens: Tokens) -> bytes:
        document = {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "expires_at": tokens.expires_at and tokens.expires_at.isoformat(),
            "scopes": sorted(tokens.scopes),
        }
        return self._fernet.encrypt(json.dumps(document).encode())

    def open(self, sealed: bytes) -> Tokens:
        """Raises NeedsPerson when no key fits: the member has to connect again."""
        try:
            document = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise NeedsPerson(
                message("connection.unreadable", "the stored connection cannot be decrypted"),
                remedy=message(
                    "do.restore-key", "Restore the old key in ZWAAN_TOKEN_KEYS, or connect again."
                ),
            ) from error
        expires_at = document["expires_at"]
        return Tokens(
            access=document["access"],
            refresh=document["refresh"],
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            scopes=frozenset(document["scopes"]),
        )

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key opens it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: bytes) -> bytes:
        """The same under the newest key; what no key opens raises as in `open`."""
        return self.seal(self.open(sealed))


def new_key() -> str:
    return Fernet.generate_key().decode()
