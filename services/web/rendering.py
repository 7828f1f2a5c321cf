"""Jinja2 for the pages, and how dates and numbers are written in a person's language."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.web import labels
from services.web.markdown import markdown
from services.web.messages import language_name, network_name


@cache
def environment() -> Environment:
    """Every variable is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("templates", "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static_address
    made.globals["labels"] = labels
    made.filters["markdown"] = markdown
    made.filters["network_name"] = network_name
    made.filters["language_name"] = language_name
    made.filters["json"] = _json
    return made


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(**context)


@cache
def static_address(name: str) -> str:
    """The address of an asset; it changes with the content, so browsers may keep it for ever."""
    content = (resources.files("templates") / "web" / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def moment(value: datetime, *, language: str, zone: tzinfo) -> str:
    """For example "di 24 nov 09:15"."""
    return format_datetime(value, "EEE d MMM HH:mm", tzinfo=zone, locale=language)


def slot(value: datetime, *, now: datetime, today: str, language: str, zone: tzinfo) -> str:
    """For example "dinsdag 08:40" or, with the word for it, "vandaag 15:20"; with the date where the
    weekday alone would be another day."""
    ahead = value.astimezone(zone).date() - now.astimezone(zone).date()
    if ahead.days >= _DAYS_OF_A_WEEK:
        return moment(value, language=language, zone=zone)
    if ahead.days == 0:
        return f"{today} {format_datetime(value, 'HH:mm', tzinfo=zone, locale=language)}"
    return format_datetime(value, "EEEE HH:mm", tzinfo=zone, locale=language)


_DAYS_OF_A_WEEK = 7


def day(value: datetime, *, language: str, zone: tzinfo) -> str:
    """For example "24 november 2026"."""
    return format_date(value.astimezone(zone).date(), "d MMMM yyyy", locale=language)


def number(value: int, *, language: str) -> str:
    return format_decimal(value, locale=language)


def dollars(value: Decimal, *, language: str) -> str:
    """For example "US$ 0,20" or "$0.015": never rounded to less than was charged."""
    cents = value.quantize(Decimal("0.01")) if value == value.quantize(Decimal("0.01")) else value
    return format_currency(cents, "USD", locale=language, decimal_quantization=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
