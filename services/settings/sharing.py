"""When posts go out, how often, and with whose consent."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field, field_validator

from services.scheduling import Pace, WorkingHours
from services.scheduling.public_holidays import calendar_of
from services.settings.values import Duration, Hours


class Sharing(BaseModel):
    weekly_cap: int = Field(
        default=2, ge=0, le=50, description="Posts in seven days for each person; 0: no maximum."
    )
    stagger: Duration = Field(
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
    working_hours: Hours = Field(
        default=WorkingHours(),
        description="When posts go out that wait for a good time, by each person's own clock.",
    )
    public_holidays: str = Field(
        default="",
        description="The country, such as NL or DE-BY, on whose public holidays no post goes out that "
        "waits for a good time. Empty: that of each person's time zone.",
    )
    standing_consent: bool | None = Field(
        default=None,
        description="Whether people may let drafts be approved without a tap. Empty: only while "
        "every network is a sandbox, because LinkedIn's terms forbid automated posting.",
    )

    @field_validator("public_holidays")
    @classmethod
    def _is_country(cls, country: str) -> str:
        if country:
            calendar_of(country)
        return country

    @property
    def pace(self) -> Pace:
        """The rules for when posts go out, for everybody who chose nothing else."""
        return Pace(
            weekly_cap=self.weekly_cap,
            stagger=self.stagger,
            hours=self.working_hours,
            undo=timedelta(seconds=self.undo_seconds),
            holidays=self.public_holidays,
        )
