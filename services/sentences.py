"""What pydantic found wrong with an input, as a person would say it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

# Filled from the fault's context; everything with a least length has that of one.
_PREDICATES = {
    "missing": "is missing",
    "extra_forbidden": "is unknown",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_too_long": "is longer than {max_length:,} characters",
    "too_long": "holds more than {max_length:,} items",
    "literal_error": "has to be {expected}",
    "greater_than_equal": "has to be {ge} or more",
    "less_than_equal": "has to be {le} or less",
    "string_type": "has to be a text",
    "string_unicode": "holds half a surrogate pair",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_parsing_size": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "float_parsing": "has to be a number",
    "decimal_type": "has to be a number",
    "decimal_parsing": "has to be a number",
    "finite_number": "has to be a number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
    "tuple_type": "has to be a list",
    "dict_type": "has to be an object",
    "model_type": "has to be an object",
    "model_attributes_type": "has to be an object",
}


def predicate(fault: ErrorDetails) -> str:
    """What is wrong or expected, to be read after the name of the field.

    For example ``is missing``, ``is longer than 300 characters``, ``has to be a list``. Validators
    of ours raise ValueErrors that read so too.
    """
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")
    known = _PREDICATES.get(fault["type"])
    if known is None:
        return f"is not as expected ({fault['msg']})"
    return known.format_map(fault.get("ctx", {}))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to ``name``, whatever its case; empty when none is close."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(name[:100].casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``Did you mean "title"?`` where a known name is close to ``name``, otherwise empty."""
    near = nearest(name, known)
    return f'Did you mean "{near}"?' if near else ""


def guesses(names: Iterable[str], known: Iterable[str]) -> str:
    """As `did_you_mean` for each of several ``names``, saying which one a guess is about."""
    known = list(known)
    near = ((name, nearest(name, known)) for name in names)
    return " ".join(f'Did you mean "{meant}" by "{name}"?' for name, meant in near if meant)
