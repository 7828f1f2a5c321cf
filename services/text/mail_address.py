"""E-mail addresses: the one form in which everybody has theirs, and which can be a mailbox at all."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import idna
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from services.message import message

_LONGEST = 254
#: Nearly all, which need no look at each character.
_NORMAL = re.compile(r"(?!mailto:)[a-z0-9.!#$%&*+/=?^_`{|}~-]+@(?!.*xn--)[a-z0-9.-]*[a-z0-9-]")
_AROUND = " <>;,\"'“”„‘’"
#: Invisible, though Unicode counts them among letters and marks.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
#: ASCII as keyboards for Chinese and Japanese write it.
_WIDE = {place + 0xFEE0: place for place in range(0x21, 0x7F)}
_NO_ADDRESS = message("field.no-email", "is not an e-mail address")


def normal_address(written: str) -> str:
    """Return one form of each mailbox: without invisible characters, in lower case.

    Nothing is refused; anything else comes out as it is.
    """
    if _NORMAL.fullmatch(written):
        return written
    visible = "".join(
        " " if category[0] == "Z" else character
        for character in unicodedata.normalize("NFC", written).translate(_WIDE)
        if (category := unicodedata.category(character)) != "Cf" and character not in _UNSEEN
    )
    address = visible.strip().strip(_AROUND)
    if address[:7].lower() == "mailto:":
        address = unquote(address[7:].partition("?")[0]).strip(f"/{_AROUND}")
    if address[-1:] == "." and address.count("@") == 1:
        address = address[:-1]  # a sentence's
    local, at, domain = address.lower().rpartition("@")
    if not domain.isascii() or "xn--" in domain:
        try:
            domain = idna.decode(domain, uts46=True)
        except (idna.IDNAError, UnicodeError):
            domain = unicodedata.normalize("NFKC", domain)
    return f"{unicodedata.normalize('NFC', local)}{at}{domain}"


def exactly(address: str) -> str:
    """``address`` as mail servers take it, its domain in punycode, and nothing else changed.

    Raises ValueError for anything but one mailbox.
    """
    checked = _validated(address)
    return f"{checked.local_part}@{checked.ascii_domain}"


def mailbox(written: str) -> str:
    """The normal form of an address to which mail can go. Raises ValueError for any other."""
    address = normal_address(written)
    _validated(address)
    return address


def _validated(address: str) -> ValidatedEmail:
    try:
        # Whether the domain exists is the mail server's to say; an organisation's may be its own.
        checked = validate_email(
            address, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError as error:
        raise ValueError(_NO_ADDRESS) from error
    _, dot, top = checked.ascii_domain.rpartition(".")
    if len(address) > _LONGEST or not dot or top.isdecimal():
        raise ValueError(_NO_ADDRESS)
    return checked
