"""Deterministic ids: the same cause always gives the same id, so that every repeat is harmless."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from uuid import UUID

from services.text.mail_address import normal_address

_NAMESPACE = UUID("6f0c2f0e-8d4a-5f5e-9a51-7a7761616e00").bytes
_BASE32 = "abcdefghijkmnpqrstuvwxyz23456789"
_LINK_CODE = re.compile(f"[{_BASE32}]{{10}}")
#: Two digits at once, the lower one first.
_PAIRS = [_BASE32[number & 31] + _BASE32[number >> 5] for number in range(1024)]
_COPIED = re.compile(rf"[\W_]*([{_BASE32}]{{10}})(?![A-Za-z0-9])")
_HANDED_ON = re.compile(rf"(?<![a-z0-9])[{_BASE32}]{{10}}(?![a-z0-9])")
_LONGEST_COPY = 200
#: From our digits to those that `int` reads.
_DIGITS = str.maketrans(_BASE32, "0123456789abcdefghijklmnopqrstuv")


def name_id(namespace: bytes, name: str) -> str:
    """The UUIDv5 of ``name`` (RFC 9562, section 5.5).

    `uuid.uuid5` makes an object of it first, which takes three times as long; there are several a
    post.
    """
    digest = bytearray(hashlib.sha1(namespace + name.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def derive_id(kind: str, *causes: object) -> str:
    """UUIDv5 of what caused a thing, for example ``derive_id("post", campaign, person, "x")``."""
    return name_id(_NAMESPACE, "\x1f".join([kind, *map(str, causes)]))


def ambassador_id(email: str) -> str:
    """The id of the person with this e-mail address, however it is written."""
    return derive_id("ambassador", normal_address(email).casefold())


def link_code(post_id: str) -> str:
    """The short link code of a post: ten characters without look-alikes (50 bits)."""
    number = int.from_bytes(hashlib.blake2b(post_id.encode(), digest_size=8).digest(), "big")
    return "".join([_PAIRS[(number >> place) & 1023] for place in (0, 10, 20, 30, 40)])


def copied_code(copied: str) -> str:
    """Return the code in copied text: in capitals, with characters around it or invisible ones.

    Another letter or figure behind it makes it another code.
    """
    if _LINK_CODE.fullmatch(copied):
        return copied
    plain = _plain(copied[:_LONGEST_COPY])
    # Behind a line's end the code goes on, or what comes next begins.
    found = _COPIED.match(plain.replace("\n", "")) or _COPIED.match(plain.replace("\n", " "))
    return found[1] if found else copied


def codes_in(handed_on: str) -> list[str]:
    """All that may be codes in a text that a careers page handed on, in their order."""
    return _HANDED_ON.findall(_plain(handed_on))


def _plain(copied: str) -> str:
    return "".join(
        "\n" if category == "Cc" else character
        for character in unicodedata.normalize("NFKC", copied).lower()
        if (category := unicodedata.category(character)) not in ("Cf", "Mn")
    )


def link_number(code: str) -> int | None:
    """What `link_code` can have made as its 50 bits; None for what it cannot have made."""
    return int(code.translate(_DIGITS), 32) if _LINK_CODE.fullmatch(code) else None
