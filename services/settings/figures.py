"""When reach is measured, how it is estimated, and how long figures are kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from pydantic import BaseModel, Field, field_validator

from services.message import message
from services.settings.values import Duration, Durations, Rates


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
