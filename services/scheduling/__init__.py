"""When a post goes out: working hours in the person's own zone, caps, distance, back-off."""

from services.scheduling.pace import (
    Pace,
    PersonalPace,
    backoff,
    first_apart,
    first_slot,
    first_within_cap,
    goes_out_now,
    good_time,
)
from services.scheduling.working_hours import WorkingHours

__all__ = [
    "Pace",
    "PersonalPace",
    "WorkingHours",
    "backoff",
    "first_apart",
    "first_slot",
    "first_within_cap",
    "goes_out_now",
    "good_time",
]
