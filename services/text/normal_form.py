"""A text as it is kept and sent: one form of letters and line ends, without control characters."""

from __future__ import annotations

import unicodedata

from services.errors import Rejected
from services.message import message


def as_networks_keep(text: str) -> str:
    """NFC, plain line ends, no blanks at the ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def normalise_text(text: str) -> str:
    """The text as networks keep it.

    Raises Rejected for an empty text or one with control characters.
    """
    plain = as_networks_keep(text)
    if not plain:
        raise Rejected(
            message("text.empty", "the text is empty"),
            remedy=message("do.write-or-decline", "Write a sentence, or decline the draft."),
        )
    if any(_is_control(character) for character in plain.replace("\n", "")):
        raise Rejected(
            message("text.control-characters", "the text holds control characters"),
            remedy=message("do.type-again", "Type it again."),
        )
    return plain


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")


def printable(text: str) -> str:
    """``text`` without control characters other than line ends, and without halves of pairs."""
    if text.isprintable():  # almost always, and then nothing is to be done
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c == "\n" or not _is_control(c))


def on_one_line(text: str) -> str:
    """Return ``text`` from a field of one line. Raises ValueError for more lines."""
    if printable(text) != text or "\n" in text:
        raise ValueError(
            message("field.control-characters", "holds control characters; type it again")
        )
    return text
