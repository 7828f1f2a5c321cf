"""What pydantic found wrong with a field, as a message, and which name was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import reduce

from pydantic_core import ErrorDetails

from services.message import NOTHING, Message, both, message, said

_MISSING = message("field.missing", "is missing")
_EMPTY = message("field.empty", "is empty")
_NO_WHOLE_NUMBER = message("field.no-whole-number", "has to be a whole number")
_NO_NUMBER = message("field.no-number", "has to be a number")
_NO_BOOLEAN = message("field.no-boolean", "has to be true or false")
_NO_OBJECT = message("field.no-object", "has to be an object")
_PREDICATES = {
    "missing": _MISSING,
    "extra_forbidden": message("field.unknown", "is unknown"),
    "string_too_short": _EMPTY,
    "too_short": _EMPTY,
    "string_type": message("field.no-text", "has to be a text"),
    "string_unicode": message("field.half-pair", "holds half a surrogate pair"),
    "int_type": _NO_WHOLE_NUMBER,
    "int_parsing": _NO_WHOLE_NUMBER,
    "int_parsing_size": _NO_WHOLE_NUMBER,
    "int_from_float": _NO_WHOLE_NUMBER,
    "float_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "decimal_type": _NO_NUMBER,
    "decimal_parsing": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "bool_type": _NO_BOOLEAN,
    "bool_parsing": _NO_BOOLEAN,
    "tuple_type": message("field.no-list", "has to be a list"),
    "dict_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
    "model_attributes_type": _NO_OBJECT,
}


def predicate(fault: ErrorDetails) -> Message:
    """What is wrong or expected, to be read after the name of the field.

    Validators of ours raise a ValueError with such a message.
    """
    context = fault.get("ctx", {})
    match fault["type"]:
        case "value_error":
            (words,) = context["error"].args
            return words if isinstance(words, Message) else said(words)
        case "string_too_long":
            return message(
                "field.too-long", "is longer than {limit} characters", limit=context["max_length"]
            )
        case "too_long":
            return message(
                "field.too-many", "holds more than {limit} items", limit=context["max_length"]
            )
        case "literal_error":
            return message("field.choices", "has to be {names}", names=context["expected"])
        case "greater_than_equal":
            return message("field.too-small", "has to be {least} or more", least=str(context["ge"]))
        case "less_than_equal":
            return message("field.too-great", "has to be {most} or less", most=str(context["le"]))
    other = message("field.unexpected", "is not as expected ({fault})", fault=fault["msg"])
    return _PREDICATES.get(fault["type"], other)


def together(faults: Iterable[Message]) -> Message:
    """At least one fault, with a semicolon between each and the next."""
    return reduce(
        lambda first, second: message("field.and", "{first}; {second}", first=first, second=second),
        faults,
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to ``name``, in any case; empty when none is close."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(name[:100].casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> Message:
    """``Did you mean "title"?`` where a known name is close to ``name``, otherwise nothing."""
    near = nearest(name, known)
    return message("do.meant", 'Did you mean "{name}"?', name=near) if near else NOTHING


def guesses(names: Iterable[str], known: Iterable[str]) -> Message:
    """As `did_you_mean` for each of several ``names``, saying which one a guess is about."""
    known = list(known)
    near = ((name, nearest(name, known)) for name in names)
    found = [
        message("do.meant-by", 'Did you mean "{meant}" by "{name}"?', meant=meant, name=name)
        for name, meant in near
        if meant
    ]
    return reduce(both, found, NOTHING)
