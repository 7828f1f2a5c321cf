"""Authorisation codes and tokens. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from connectors.sandbox.state.database import Database

TokenKind = Literal["access", "refresh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one member allows one client to do on one network."""

    network: str
    member: int
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A redeemed authorisation code."""

    grant: Grant
    redirect_uri: str
    challenge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A known token, whatever state it is in."""

    grant: Grant
    expires_ms: int
    revoked: bool
    used: bool


class Grants:
    """Issues, finds and revokes. Secrets leave here once, in clear, and cannot be read back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue_code(
        self, grant: Grant, *, redirect_uri: str, challenge: str | None, expires_ms: int
    ) -> str:
        """Return a new authorisation code."""
        code = _secret(grant.network, "code")
        self._database.write(
            "INSERT INTO codes (digest, network, member, client_id, redirect_uri, scopes,"
            " challenge, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_digest(code), *_columns(grant), redirect_uri, _text(grant), challenge, expires_ms),
        )
        return code

    def redeem_code(self, network: str, code: str, *, now_ms: int) -> Code | None:
        """Return what a code stands for, once; None when it is unknown, used or too old."""
        redeemed = self._database.write(
            "UPDATE codes SET used = 1"
            " WHERE digest = ? AND network = ? AND used = 0 AND expires_ms > ?",
            (_digest(code), network, now_ms),
        )
        row = self._database.row(
            "SELECT member, client_id, scopes, redirect_uri, challenge FROM codes WHERE digest = ?",
            (_digest(code),),
        )
        if not redeemed or row is None:
            return None
        member, client_id, scopes, redirect_uri, challenge = row
        grant = Grant(
            network=network, member=member, client_id=client_id, scopes=frozenset(scopes.split())
        )
        return Code(grant=grant, redirect_uri=redirect_uri, challenge=challenge)

    def issue_token(self, kind: TokenKind, grant: Grant, *, expires_ms: int) -> str:
        """Return a new token."""
        token = _secret(grant.network, kind)
        self._database.write(
            "INSERT INTO tokens (digest, kind, network, member, client_id, scopes, expires_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (_digest(token), kind, *_columns(grant), _text(grant), expires_ms),
        )
        return token

    def find(self, network: str, kind: TokenKind, token: str) -> Token | None:
        """Return a token of this network, or None when it was never issued."""
        row = self._database.row(
            "SELECT member, client_id, scopes, expires_ms, revoked, used FROM tokens"
            " WHERE digest = ? AND network = ? AND kind = ?",
            (_digest(token), network, kind),
        )
        if row is None:
            return None
        member, client_id, scopes, expires_ms, revoked, used = row
        grant = Grant(
            network=network, member=member, client_id=client_id, scopes=frozenset(scopes.split())
        )
        return Token(grant=grant, expires_ms=expires_ms, revoked=bool(revoked), used=bool(used))

    def use_up(self, token: str) -> None:
        """Mark a single-use refresh token as used."""
        self._database.write("UPDATE tokens SET used = 1 WHERE digest = ?", (_digest(token),))

    def revoke(self, network: str, token: str) -> None:
        """Revoke one token; an unknown one is not an error (RFC 7009, section 2.2)."""
        self._database.write(
            "UPDATE tokens SET revoked = 1 WHERE digest = ? AND network = ?",
            (_digest(token), network),
        )

    def revoke_other_scopes(self, grant: Grant) -> None:
        """Revoke the member's tokens for this client that carry another set of scopes."""
        self._database.write(
            "UPDATE tokens SET revoked = 1"
            " WHERE network = ? AND member = ? AND client_id = ? AND scopes <> ?",
            (*_columns(grant), _text(grant)),
        )

    def revoke_all(self, network: str, member: int) -> int:
        """Revoke everything a member granted, as in the network's own settings page."""
        return self._database.write(
            "UPDATE tokens SET revoked = 1 WHERE network = ? AND member = ? AND revoked = 0",
            (network, member),
        )


def _secret(network: str, kind: str) -> str:
    # Recognisable, so that a search through logs and pages can find one that leaked.
    return f"sandbox-{network}-{kind}-{secrets.token_urlsafe(32)}"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _columns(grant: Grant) -> tuple[str, int, str]:
    return grant.network, grant.member, grant.client_id


def _text(grant: Grant) -> str:
    return " ".join(sorted(grant.scopes))
