"""Honest clicks: which of them was a person, and the reason when not.

A preview bot, a HEAD request and a prefetch count zero people; a second click by the same visitor
on the same link within the window counts once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.figures.rules.user_agent import machine_of

#: A visitor's next click on the same link within this time is a duplicate.
DUPLICATE_WINDOW = timedelta(minutes=30)


class ClickClass(StrEnum):
    HUMAN = "human"
    BOT = "bot"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reason`` says in words why a click is not counted as a person; empty for a person."""

    click_class: ClickClass
    reason: str = ""


def classify(*, method: str, user_agent: str, prefetch: bool) -> Verdict:
    """Tell a person from a machine by what the request says of itself."""
    if method != "GET":
        return Verdict(click_class=ClickClass.BOT, reason=f"{method} request")
    if prefetch:
        return Verdict(click_class=ClickClass.BOT, reason="prefetch")
    machine = machine_of(user_agent)
    return Verdict(click_class=ClickClass.BOT, reason=machine) if machine else _PERSON


_PERSON = Verdict(click_class=ClickClass.HUMAN)


def visitor_key(*, salt: bytes, address: str, user_agent: str) -> str:
    """A keyed hash that tells visitors apart for a day; without ``salt`` nobody can redo it."""
    digest = hashlib.blake2b(
        f"{address}\x1f{user_agent}".encode("utf-8", "surrogatepass"), key=salt, digest_size=8
    )
    return digest.hexdigest()
