"""Members of both networks: one person has an account on each, made at the first consent."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

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
