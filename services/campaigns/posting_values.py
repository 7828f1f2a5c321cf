"""Values of a JobPosting of any shape, its pay among them, as a person reads them.

JSON-LD writes one thing as text, number, list, ``@value`` or object; a value that cannot be read is
left out, and never shown as it is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from babel.numbers import format_currency, format_decimal
from dateutil import parser as date_parser

from services.language import CODES, DEFAULT, LANGUAGES, OTHER_CODES, primary_language, traits_of
from services.text.html_text import one_line, plain_text

_HOLDERS = ("@value", "@list", "@set", "name", "value", "text")
_CODES = {**CODES, **OTHER_CODES}
#: What programs write where they have no value.
_NOTHING = frozenset(("", "-", "null", "none", "undefined", "nan", "n/a", "n.v.t.", "0000-00-00"))
#: The months of our languages as dateutil reads them, whole and short.
_MONTHS = {
    name.casefold().rstrip("."): get_month_names("wide", locale=DEFAULT)[number]
    for language in LANGUAGES
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=language).items()
}
#: How a key begins that names a language.
_CODE = re.compile(r"[A-Za-z]{2}(?:[-_]|\Z)")
MOST_CHARACTERS = 300
_DEPTH = 6


def texts(value: Any, *, holders: Sequence[str] = _HOLDERS, depth: int = 0) -> Iterator[str]:
    """Every text in a value, in its order, as it is written."""
    if isinstance(value, str):
        if value.strip().lower() not in _NOTHING:
            yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            yield str(int(value) if value == int(value) else value)
    elif isinstance(value, list | Mapping) and depth < _DEPTH:
        for item in value if isinstance(value, list) else _held(value, holders):
            yield from texts(item, holders=holders, depth=depth + 1)


def _held(value: Mapping[str, Any], holders: Sequence[str]) -> Sequence[Any]:
    """Return the value of an object, or the texts of a map of languages."""
    for holder in holders:
        if any(True for _ in texts(value.get(holder), holders=holders, depth=1)):
            return [value[holder]]
    is_map = all(isinstance(each, str) and _CODE.match(key) for key, each in value.items())
    return list(value.values()) if is_map else []


def text(value: Any, *, holders: Sequence[str] = _HOLDERS, language: str = "") -> str:
    """The first text in a value, or the one in this language where it names languages."""
    return next(texts(in_language(value, language), holders=holders), "")


def in_language(value: Any, language: str) -> Any:
    """Of values that say their language those in this one, else all."""
    primary = primary_language(language)
    if isinstance(value, Mapping) and isinstance(value.get(primary), str):
        return value[primary]
    if isinstance(value, list):
        return [item for item in value if primary_language(language_of(item)) == primary] or value
    return value


def language_of(value: Any) -> str:
    """The code of the language that a value is written in, or nothing."""
    return read_language(value.get("@language")) if isinstance(value, Mapping) else ""


def read_language(value: Any) -> str:
    """``nl-NL`` of "nl_NL", a language's name or object; nothing where it is none."""
    name = text(value, holders=("alternateName", *_HOLDERS)).strip().replace("_", "-").rstrip("/")
    name = _CODES.get(name.lower(), name.rpartition("/")[2])
    primary, *more = name.split("-")
    fits = primary.isascii() and primary.isalpha() and len(primary) in (2, 3)
    return name if fits and all(part.isalnum() and 2 <= len(part) <= 8 for part in more) else ""


def prose(values: Any) -> str:
    """Every text of a value, in paragraphs."""
    return "\n\n".join(filter(None, map(plain_text, texts(values))))


def location(posting: Mapping[str, Any], language: str) -> str:
    """The places, and that the work is done from afar: "Arnhem, Ede, op afstand"."""
    names = [name for place in listed(posting.get("jobLocation")) if (name := _place(place))]
    if any("telecommute" in kind.lower() for kind in texts(posting.get("jobLocationType"))):
        names.append(traits_of(language).remote)
    joined = ""
    for name in dict.fromkeys(names):
        if len(joined) + len(name) + 2 <= MOST_CHARACTERS:
            joined = f"{joined}, {name}" if joined else name
    return joined


def _place(place: Any) -> str:
    if not isinstance(place, Mapping):
        return one_line(text(place))
    for address in [*listed(place.get("address")), place]:
        if isinstance(address, Mapping):
            parts = ("addressLocality", "addressRegion", "addressCountry", "streetAddress")
            values = (", ".join(map(one_line, texts(address.get(part)))) for part in parts)
            found = next(filter(None, values), "")
        else:
            found = one_line(text(address))
        if found:
            return found
    return one_line(text(place, holders=("name", "@value")))


def end(value: Any, zone: tzinfo) -> str:
    """RFC 3339: a day without a time is the whole day; one without a zone is where we are.

    What is no moment stays as it is, to be refused with the name of its field.
    """
    written = text(value).strip()
    found = _moment(written)
    if found is None:
        return written
    if isinstance(found, datetime):
        return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()
    return datetime.combine(found, time(23, 59, 59), zone).isoformat()


def _moment(written: str) -> datetime | date | None:
    written = written.partition("[")[0]  # Java adds the zone's name
    day, zone = written[:10], written[10:]
    # XML Schema's days have a zone; midnight may be the end of a day.
    is_day = not zone.strip("Zz") or (zone[0] in "+-" and zone[3:4] == ":")
    try:
        return date.fromisoformat(day if is_day else written)
    except ValueError:
        pass
    try:
        if "T24:00" in written:
            return date.fromisoformat(day)
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    if written.isdecimal() and len(written) in (10, 13):
        return datetime.fromtimestamp(int(written[:10]), UTC)
    # dateutil fills what is not written from a day of ours: what differs was not.
    written = " ".join(_MONTHS.get(word.lower().rstrip("."), word) for word in written.split())
    # To dateutil "GMT+1" is the zone where GMT is one hour later, as POSIX has it.
    written = (
        written.replace("GMT+", "+").replace("GMT-", "-").replace("UTC+", "+").partition("(")[0]
    )
    found: datetime
    other: datetime
    try:
        found, other = (
            date_parser.parse(written, dayfirst=True, default=default)
            for default in (datetime(2000, 1, 1), datetime(2004, 2, 2, 2, 2))  # noqa: DTZ001
        )
    except (ValueError, OverflowError):
        return None
    if found.date() != other.date():
        return None
    return found if found.time() == other.time() else found.date()


def listed(value: Any) -> Sequence[Any]:
    """JSON-LD writes one thing alone and several as a list, or as the list of an object."""
    if isinstance(value, Mapping) and ("@list" in value or "@set" in value):
        value = value.get("@list") or value.get("@set")
    return value if isinstance(value, list) else [] if value is None else [value]


#: A figure so large is a mistake.
_NO_PAY = 10**9
#: UN/CEFACT's codes and what people write, by how it begins.
_UNITS = {
    **dict.fromkeys(("HOUR", "HUR", "HR", "UUR", "STUNDE", "PT1H"), "HOUR"),
    **dict.fromkeys(("DAY", "DAI", "DAG", "P1D"), "DAY"),
    **dict.fromkeys(("WEE", "P1W"), "WEEK"),
    **dict.fromkeys(("MON", "MAAND", "MND", "P1M"), "MONTH"),
    **dict.fromkeys(("YEAR", "YR", "ANN", "JAAR", "P.A", "P1Y"), "YEAR"),
}  # fmt: skip


def hours(posting: Mapping[str, Any], language: str) -> str:
    """What the posting says of the working week; a bare figure gets its word."""
    value = posting.get("workHours")
    hours = _range(value, language) if isinstance(value, Mapping) else one_line(text(value))
    if hours and not any(character.isalpha() for character in hours):
        hours = f"{hours} {traits_of(language).hours}"
    return hours[:MOST_CHARACTERS]


def salary(posting: Mapping[str, Any], language: str) -> str:
    """ "€ 3.000 – € 4.000 per maand", as the vacancy's language writes it."""
    for key in ("baseSalary", "estimatedSalary"):
        for value in listed(posting.get(key)):
            salary = _salary(value, text(posting.get("salaryCurrency")), language)
            if salary:
                return salary[:MOST_CHARACTERS]
    return ""


def _salary(value: Any, currency: str, language: str) -> str:
    if not isinstance(value, Mapping):
        written = one_line(text(value))
        return _money(written, currency, language) if _number(written) is not None else written
    currency = text(value.get("currency") or value.get("priceCurrency")) or currency
    # A MonetaryAmount holds its figures itself, or as a QuantitativeValue.
    inner = next((each for each in listed(value.get("value")) if isinstance(each, Mapping)), value)
    amount = _range(inner, language, currency)
    unit = text(inner.get("unitText")) or text(inner.get("unitCode")) or text(value.get("unitText"))
    unit = unit.upper().replace("_", " ").strip().removeprefix("PER ")
    kind = next((k for begin, k in _UNITS.items() if unit.startswith(begin)), "")
    per = traits_of(language).per.get(kind, "")
    return f"{amount} {per}".strip() if amount else ""


def _range(value: Mapping[str, Any], language: str, currency: str = "") -> str:
    def first_of(*names: str) -> str:
        return next(
            filter(None, (_money(text(value.get(n)), currency, language) for n in names)), ""
        )

    least, most = first_of("minValue", "minPrice"), first_of("maxValue", "maxPrice")
    if least and most and least != most:
        return f"{least} – {most}"
    return least or most or first_of("@value", "value", "price")


def _money(written: str, currency: str, language: str) -> str:
    number = _number(written)
    if number is None:
        return one_line(written)
    if not 0 < number < _NO_PAY:
        return ""
    locale = _locale(language)
    if not currency:
        return str(format_decimal(number, locale=locale))
    number = round(number, 2)
    whole = number == number.to_integral_value()
    code = one_line(currency).upper().rpartition("/")[2]
    code = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "£": "GBP"}.get(code, code)
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        return str(format_decimal(number, locale=locale))
    pattern = locale.currency_formats["standard"].pattern
    formatted = format_currency(
        number,
        code,
        pattern.replace(".00", "") if whole else None,
        locale,
        currency_digits=not whole,
    )
    return " ".join(formatted.split())


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale(DEFAULT)


def _number(written: str) -> Decimal | None:
    """A figure as sites write it: "3.500,00", "3,500", "€ 3500"."""
    figure = "".join(written.split()).lstrip("€$£").rstrip("€$£-,.")
    if figure.startswith("-"):
        return Decimal(-1)  # no pay
    if not figure or not all(character in "0123456789.,'" for character in figure):
        return None
    figure = figure.replace("'", "")
    last = max(figure.rfind("."), figure.rfind(","))
    behind = len(figure) - last - 1
    is_decimal = last >= 0 and (behind != 3 or figure.count(figure[last]) == 0)
    if is_decimal and figure.count(figure[last]) == 1:
        figure = f"{figure[:last].replace('.', '').replace(',', '')}.{figure[last + 1 :]}"
    else:
        figure = figure.replace(".", "").replace(",", "")
    try:
        return Decimal(figure)
    except InvalidOperation:
        return None
