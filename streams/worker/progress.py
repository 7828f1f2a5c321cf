"""What the processors of this process wait for: a dependency that is away is no stall."""

from __future__ import annotations

from services.message import NOTHING, Message


class Progress:
    """Written by the processors, read by whoever watches them."""

    def __init__(self) -> None:
        self._waiting: dict[str, Message] = {}

    def waiting(self, processor: str, reason: Message) -> None:
        self._waiting[processor] = reason

    def going_on(self, processor: str) -> None:
        self._waiting.pop(processor, None)

    @property
    def reason(self) -> Message:
        """What one of them waits for, or nothing."""
        return next(iter(self._waiting.values()), NOTHING)
