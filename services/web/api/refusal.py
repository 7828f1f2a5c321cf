"""A request that the API refuses by its status, and how a fault is written in any of its answers."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from pydantic_core import to_jsonable_python

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


def refusal(fault: Message, remedy: Message) -> dict[str, Any]:
    """``code`` stays when a sentence is reworded; ``values`` are what fills it."""
    return {
        "fault": str(fault),
        "remedy": str(remedy),
        "code": fault.code,
        "values": to_jsonable_python(fault.values),
    }
