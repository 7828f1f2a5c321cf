"""A request that the API refuses by its status."""

from __future__ import annotations

from fastapi import HTTPException

from services.message import Message


class Refused(HTTPException):
    """Answered as `refusal` has it (see `services.web.faults`)."""

    def __init__(
        self,
        status: int,
        fault: Message,
        *,
        remedy: Message,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, str(fault), headers)
        self.message = fault
        self.remedy = remedy
