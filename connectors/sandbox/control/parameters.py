"""Reading the requests to the control addresses."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from connectors.sandbox.exchange import Answer, Call, Refusal

_MAX_LIMIT = 10_000
#: What SQLite holds has nineteen.
_MAX_DIGITS = 18
Model = TypeVar("Model", bound=BaseModel)


def whole_number(call: Call, name: str, default: int) -> int:
    """Return a number from the query. Raises Refusal with 400."""
    text = call.query.get(name, str(default))
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise refused(f"{name} must be a whole number of at most {_MAX_DIGITS} digits.")
    return int(text)


def page_limit(call: Call) -> int:
    """Return how many entries are asked for, at most 10,000."""
    return min(whole_number(call, "limit", 100), _MAX_LIMIT)


def body(call: Call, model: type[Model]) -> Model:
    """Return the body of a request. Raises Refusal with 400 that names what is wrong."""
    try:
        return model.model_validate_json(call.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise refused(f"{place}: {first['msg']}" if place else first["msg"]) from None


def refused(message: str) -> Refusal:
    """Return a refusal with one sentence."""
    return Refusal(Answer.json(400, {"error": message}))
