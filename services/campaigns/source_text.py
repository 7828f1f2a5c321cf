"""What came from an address or a file, as text: in the encoding that it says, or that it is in."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from services.text.normal_form import printable

#: In place of a character that was lost before it came to us.
LOST = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """``address`` is where it came from, ``content_type`` what the server said of it."""

    raw: bytes
    address: str
    content_type: str = ""


def decoded(source: SourceDocument) -> str:
    """The text: by the mark before it, the server's word, the page's own, or what it must be.

    No character is lost: what is UTF-8 says so itself, and single bytes beside it are read as
    Windows-1252, which the HTML standard takes where nothing is said.
    """
    for encoding in _encodings(source):
        try:
            return source.raw.decode(encoding).lstrip("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    text = source.raw.decode("utf-8", _AS_SINGLE_BYTES)
    lone = len(source.raw.decode("utf-8", "replace")) - len(source.raw.decode("utf-8", "ignore"))
    several = sum(byte >= 0xC2 for byte in source.raw) - lone
    return text if several >= lone else source.raw.decode("ascii", _AS_SINGLE_BYTES)


def _encodings(source: SourceDocument) -> Iterator[str]:
    marked, _ = read_bom(source.raw)
    if marked:
        yield marked
    if b"\x00" in source.raw[:4]:
        yield json.detect_encoding(source.raw)
    declared = http_content_type_encoding(source.content_type) or html_body_declared_encoding(
        source.raw[:4096]
    )
    if declared is None or declared.startswith(("cp125", "iso8859", "latin", "koi8")):
        # Hardly any text of single bytes is UTF-8 by chance.
        yield "utf-8"
    if declared is not None:
        # Programs that write into memory say UTF-16 for any file.
        yield "utf-8" if declared.startswith("utf-16") and b"\x00" not in source.raw else declared
        return
    best = from_bytes(source.raw[:200_000], threshold=0.3).best()
    if best is not None and _is_foreign(str(best)):
        yield best.encoding  # encodings of Latin letters are distinguished by chance only


def _is_foreign(text: str) -> bool:
    """Whether whole words of it are in another script than Latin."""
    run = 0
    for letter in text:
        run = run + 1 if ord(letter) > _LATIN and letter.isalpha() else 0
        if run == _WORD:
            return True
    return False


def _as_single_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.start + 1]
    return wrong.decode("cp1252", "ignore") or wrong.decode("latin-1"), error.start + 1


#: The last letter of the Latin script's extended blocks.
_LATIN = 0x024F
#: Blanks and invisible characters around an address.
_AROUND = " \u00a0\u200b\u200e\u200f\u2060\ufeff"
_WORD = 4
_AS_SINGLE_BYTES = "zwaan.single_bytes"
codecs.register_error(_AS_SINGLE_BYTES, _as_single_bytes)


def joined(base: str, address: str) -> str:
    """An address that others are resolved against; one that is none leaves ``base``."""
    try:
        return urljoin(base, address)
    except ValueError:
        return base


def _without_entities(address: str) -> str:
    for ampersand in ("&amp;", "&#38;", "&#038;", "&#x26;"):
        address = address.replace(ampersand, "&")
    return address


def web_address(written: str, base: str) -> str:
    """An http or https address as a site wrote it, whole; empty for anything else."""
    address = printable(written).replace("\n", "").strip(_AROUND)
    while (whole := _without_entities(address)) != address:
        address = whole
    scheme, colon, rest = address.partition(":")
    if colon and scheme.lower() in ("http", "https"):
        # One slash or three: as browsers read it.
        address = f"{scheme}://{rest.lstrip('/')}"
    if address.lower().startswith("www."):
        address = f"https://{address}"
    if not address or address.startswith("#"):
        return ""
    try:
        whole = urljoin(base, address.replace(" ", "%20"))
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole if parts.scheme in ("http", "https") and parts.netloc else ""
