"""Members, and what they granted to clients.

One person has an account on each network, made at the first consent. Of codes and tokens only
the digests are stored.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

from connectors.sandbox.state.database import Database

_COLUMNS = "member, email, name, linkedin_id, x_id, handle"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HANDLE_LENGTH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """``key`` is the sandbox's own number; the rest is what the networks show."""

    key: int
    email: str
    name: str
    linkedin_id: str
    x_id: str
    handle: str

    @property
    def urn(self) -> str:
        """Return the member's LinkedIn URN."""
        return f"urn:li:person:{self.linkedin_id}"


class Members:
    """Everyone who ever gave a consent in this sandbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_or_create(self, *, email: str, name: str, now_ms: int) -> Member:
        """Return the member with this address; identifiers follow from it, in every sandbox."""
        email = email.strip().casefold()
        found = self._one("email", email)
        if found is not None:
            return found
        digest = int.from_bytes(hashlib.sha256(email.encode()).digest(), "big")
        name = " ".join(name.split()) or _name_from(email)
        self._database.write(
            "INSERT INTO members (email, name, linkedin_id, x_id, handle, created_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (email, name, _base62(digest), _x_id(digest), self._free_handle(name), now_ms),
        )
        created = self._one("email", email)
        if created is None:  # pragma: no cover - it was inserted a line ago
            raise LookupError(email)
        return created

    def by_key(self, key: int) -> Member:
        """Return a member by the sandbox's own number. Raises LookupError."""
        found = self._one("member", key)
        if found is None:
            raise LookupError(key)
        return found

    def by_email(self, email: str) -> Member | None:
        """Return a member by e-mail address."""
        return self._one("email", email.strip().casefold())

    def by_x_id(self, x_id: str) -> Member | None:
        """Return a member by X's user id."""
        return self._one("x_id", x_id)

    def all(self, limit: int = 200) -> list[Member]:
        """Return the members in the order of their names."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM members ORDER BY name, member LIMIT ?",  # noqa: S608
            (limit,),
        )
        return [_member(row) for row in rows]

    def _one(self, column: str, value: str | int) -> Member | None:
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM members WHERE {column} = ?",  # noqa: S608
            (value,),
        )
        return None if row is None else _member(row)

    def _free_handle(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        base = re.sub(r"\W", "", plain, flags=re.ASCII)[:_HANDLE_LENGTH] or "member"
        handle, number = base, 1
        while self._one("handle", handle) is not None:
            number += 1
            handle = f"{base[: _HANDLE_LENGTH - len(str(number))]}{number}"
        return handle


def _member(row: tuple[int, str, str, str, str, str]) -> Member:
    key, email, name, linkedin_id, x_id, handle = row
    return Member(
        key=key, email=email, name=name, linkedin_id=linkedin_id, x_id=x_id, handle=handle
    )


def _name_from(email: str) -> str:
    words = re.split(r"[._+-]+", email.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word) or email


def _base62(number: int, length: int = 10) -> str:
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)


def _x_id(number: int) -> str:
    # Ids of recent accounts have 19 digits and start with 1.
    return str(10**18 + number % 10**18)


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
    """A known token, in any state."""

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
        """Return the grant of a code, once; None when it is unknown, used or too old."""
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
