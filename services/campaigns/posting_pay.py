"""What a JobPosting says of pay and hours, as its language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal

from services.campaigns.posting_values import MOST_CHARACTERS, listed, text
from services.language import DEFAULT, traits_of
from services.text.html_text import one_line

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
    told = _range(value, language) if isinstance(value, Mapping) else one_line(text(value))
    if told and not any(character.isalpha() for character in told):
        told = f"{told} {traits_of(language).hours}"
    return told[:MOST_CHARACTERS]


def salary(posting: Mapping[str, Any], language: str) -> str:
    """ "€ 3.000 – € 4.000 per maand", as the vacancy's language writes it."""
    for key in ("baseSalary", "estimatedSalary"):
        for value in listed(posting.get(key)):
            told = _salary(value, text(posting.get("salaryCurrency")), language)
            if told:
                return told[:MOST_CHARACTERS]
    return ""


def _salary(value: Any, currency: str, language: str) -> str:
    if not isinstance(value, Mapping):
        written = one_line(text(value))
        return _money(written, currency, language) if _number(written) is not None else written
    currency = text(value.get("currency") or value.get("priceCurrency")) or currency
    # A MonetaryAmount holds its figures itself, or as a QuantitativeValue.
    inner = next((each for each in listed(value.get("value")) if isinstance(each, Mapping)), value)
    told = _range(inner, language, currency)
    unit = text(inner.get("unitText")) or text(inner.get("unitCode")) or text(value.get("unitText"))
    unit = unit.upper().replace("_", " ").strip().removeprefix("PER ")
    kind = next((k for begin, k in _UNITS.items() if unit.startswith(begin)), "")
    per = traits_of(language).per.get(kind, "")
    return f"{told} {per}".strip() if told else ""


def _range(value: Mapping[str, Any], language: str, currency: str = "") -> str:
    def told(*names: str) -> str:
        return next(
            filter(None, (_money(text(value.get(n)), currency, language) for n in names)), ""
        )

    least, most = told("minValue", "minPrice"), told("maxValue", "maxPrice")
    if least and most and least != most:
        return f"{least} – {most}"
    return least or most or told("@value", "value", "price")


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
    told = format_currency(
        number,
        code,
        pattern.replace(".00", "") if whole else None,
        locale,
        currency_digits=not whole,
    )
    return " ".join(told.split())


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
