"""When posts go out, how often, and with whose consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from services.domain.scheduling import Pace, WorkingHours
from services.settings.values import duration, working_hours


class Sharing(BaseModel):
    weekly_cap: int = Field(
        default=2, ge=0, le=50, description="Posts in seven days for each person; 0: no maximum."
    )
    stagger: Annotated[timedelta, NoDecode] = Field(
        default=timedelta(minutes=10),
        ge=timedelta(),
        description="Between two posts of a campaign on one network; 0s: none.",
    )
    undo_seconds: int = Field(
        default=10,
        ge=0,
        le=600,
        description="How long a post that is shared now can still be undone; 0: it goes at once.",
    )
    working_hours: Annotated[WorkingHours, NoDecode] = Field(
        default=WorkingHours(),
        description="When posts go out that wait for a good time, by each person's own clock.",
    )
    standing_consent: bool | None = Field(
        default=None,
        description="Whether people may let drafts be approved without a tap. Empty: only while "
        "every network is a sandbox, because LinkedIn's terms forbid automated posting.",
    )

    @field_validator("stagger", mode="before")
    @classmethod
    def _read_stagger(cls, value: Any) -> Any:
        return duration(value) if isinstance(value, str) else value

    @field_validator("working_hours", mode="before")
    @classmethod
    def _read_hours(cls, value: Any) -> Any:
        return working_hours(value) if isinstance(value, str) else value

    @property
    def pace(self) -> Pace:
        """The rules for when posts go out, for everybody who chose nothing else."""
        return Pace(
            weekly_cap=self.weekly_cap,
            stagger=self.stagger,
            hours=self.working_hours,
            undo=timedelta(seconds=self.undo_seconds),
        )
