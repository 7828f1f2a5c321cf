"""The kinds of settings that text has to be read for.

What reads one raises ValueError with the rest of a sentence that begins with the setting's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from services.errors import Rejected
from services.message import message
from services.scheduling import WorkingHours

_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def listed(text: str) -> list[str]:
    """Return the values between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            message(
                "setting.no-duration",
                "holds “{text}”, which is no duration; write for example 90s, 6h or 3d",
                text=text,
            )
        )
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def network(text: str) -> str:
    """An address, or a range of them, as a range."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(
            message(
                "setting.no-network",
                "holds “{text}”, which is no address and no network; write 10.0.0.7 or 172.16.0.0/12",
                text=text,
            )
        ) from error


def rates(text: str) -> dict[str, float]:
    """Shares above 0 by name."""
    pairs = [part.partition("=") for part in listed(text)]
    return {name.strip(): _rate(share) for name, _, share in pairs}


def working_hours(text: str) -> WorkingHours:
    try:
        return WorkingHours.parse(text)
    except Rejected as fault:
        raise ValueError(
            message(
                "setting.unreadable",
                "cannot be read: {fault}; {remedy}",
                fault=fault.message,
                remedy=fault.remedy,
            )
        ) from fault


def from_json(text: str, *, example: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(
            message("setting.no-json", "has to be JSON, for example {example}", example=example)
        ) from error


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise ValueError(
            message(
                "setting.no-share",
                "holds “{text}”, which is no share from 0 to 1; write for example x=0.05",
                text=text,
            )
        )
    return rate


def _read_by(reader: Callable[[str], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: reader(value) if isinstance(value, str) else value)


#: 90s, 6h or 3d.
Duration = Annotated[timedelta, NoDecode, _read_by(duration)]
OptionalDuration = Annotated[timedelta | None, NoDecode, _read_by(duration)]
#: 1h,6h,3d.
Durations = Annotated[
    tuple[timedelta, ...], NoDecode, _read_by(lambda text: tuple(map(duration, listed(text))))
]
#: 10.0.0.7,172.16.0.0/12.
Ranges = Annotated[
    tuple[str, ...], NoDecode, _read_by(lambda text: tuple(map(network, listed(text))))
]
#: Without a slash at the end.
Addresses = Annotated[
    tuple[str, ...],
    NoDecode,
    _read_by(lambda text: tuple(part.rstrip("/") for part in listed(text))),
]
#: linkedin=0.08,x=0.05.
Rates = Annotated[Mapping[str, float], NoDecode, _read_by(rates)]
Hours = Annotated[WorkingHours, NoDecode, _read_by(working_hours)]
