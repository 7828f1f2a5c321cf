"""Errors, named by the reaction they ask for.

The raiser decides what should happen next; the catcher only carries that out. Anything else that escapes is a defect and is treated as such (retried a few
times, then moved to the dead letters with its traceback).
"""

from __future__ import annotations

from services.message import NOTHING, Message, message


class ZwaanError(Exception):
    """Base of all errors with a known reaction. ``message`` is one sentence for a person."""

    def __init__(self, words: Message) -> None:
        super().__init__(words)
        self.message = words


class RetryLater(ZwaanError):
    """A dependency is away or asks for patience; the same call may succeed later.

    ``after`` is the earliest sensible moment in seconds from now, or None when the other side
    did not say. The failed call is known to have had no effect.
    """

    def __init__(self, words: Message, *, after: float | None = None) -> None:
        super().__init__(words)
        self.after = after


class Conflict(RetryLater):
    """A transaction gave way to another one (deadlock, serialization): nothing is away, and the same
    may succeed at once."""


class Rejected(ZwaanError):
    """The input can never succeed as it is: refuse it at the edge, dead-letter it on a topic.

    ``remedy`` says what a person can do about it.
    """

    def __init__(self, words: Message, *, remedy: Message = NOTHING) -> None:
        super().__init__(words)
        self.remedy = remedy


class NoSuch(Rejected):
    """There is no such thing, or it belongs to another person; both give the same answer."""


class NeedsPerson(ZwaanError):
    """Only the named person can resolve this, for example by connecting an account again."""

    def __init__(self, words: Message, *, remedy: Message = NOTHING) -> None:
        super().__init__(words)
        self.remedy = remedy


class NeedsNewAccess(NeedsPerson):
    """The network says that the access has ended: renew it, or else its member connects again."""


class AccessInDoubt(RetryLater):
    """The network did not accept the access and does not say that it ended: renew it where that is
    possible, or else try again. Its member has nothing to do."""


class OutcomeUnknown(ZwaanError):
    """The call may or may not have had its effect; it must be reconciled, never blindly retried."""


class Stop(ZwaanError):
    """The process cannot go on safely (for example: another process owns the log)."""


class WrongSetting(Stop):
    """A setting that prevents a start until it is corrected."""


def unexpected(defect: BaseException) -> Message:
    """What a person reads of a defect of ours; the log has its traceback."""
    return message("unexpected", "unexpected {name}", name=type(defect).__name__)
