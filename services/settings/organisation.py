"""What the organisation decides: who it is to its people and how it mails them; when posts go out, how
often, and with whose consent; when reach is measured, how it is estimated, and how long figures are kept.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, SecretStr, field_validator

from services.message import message
from services.scheduling import Pace, WorkingHours, calendar_of
from services.settings.values import Duration, Durations, Hours, Rates


class Organisation(BaseModel):
    organisation: str = Field(default="Zwaan", description="Name used in the disclosure.")
    contact: str = Field(default="", description="Whom an ambassador can ask; shown on pages.")
    careers_url: str = Field(default="", description="Where links of closed vacancies lead.")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp:// or smtps://user:password@host:port. Empty: no mail."
    )
    mail_from: str = "zwaan@localhost"
    time_zone: str = Field(
        default="Europe/Amsterdam", description="Where a day without a time begins and ends."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(
                message(
                    "field.no-time-zone", "is not a time zone; write for example Europe/Amsterdam"
                )
            )
        return name

    @field_validator("mail_from")
    @classmethod
    def _is_mailbox(cls, written: str) -> str:
        name, at, domain = parseaddr(written)[1].rpartition("@")
        if not (name and at and domain):
            raise ValueError(
                message(
                    "setting.no-mailbox",
                    "is no e-mail address; write for example zwaan@example.org",
                )
            )
        return written

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


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


class Figures(BaseModel):
    reach_after: Durations = Field(
        default=tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 168, 720)),
        description="When a post is measured after publication: 1h,6h,24h,3d,7d,30d.",
    )
    reach_rates: Rates = Field(
        default={},
        description="Share of the followers that a post is thought to reach: linkedin=0.08,x=0.05. "
        "Empty: nothing is estimated.",
    )
    keep_clicks: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(days=1),
        description="How long single clicks are kept, to tell doubles; their counts stay for ever.",
    )
    keep_measurements: Duration = Field(
        default=timedelta(hours=48),
        ge=timedelta(),
        description="How long a network's figure is kept once another of the same post and day "
        "replaced it.",
    )

    @field_validator("reach_after")
    @classmethod
    def _check_order(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if not value or any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError(
                message(
                    "setting.ascending",
                    "has to be one or more ascending durations, for example 1h,6h,3d",
                )
            )
        return value
