"""A request that the API refuses by its status, with what its sender can do."""

from __future__ import annotations

from fastapi import HTTPException


class Refused(HTTPException):
    """Answered as ``{"fault": …, "remedy": …}`` (see `services.web.faults`)."""

    def __init__(
        self, status: int, fault: str, *, remedy: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, fault, headers)
        self.remedy = remedy
