"""``/_sandbox/clock``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connectors.sandbox.control.parameters import body, refused
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks


class ClockChange(BaseModel):
    """Applied in the order of the fields."""

    model_config = ConfigDict(extra="forbid")

    #: Back to the real time.
    real: bool = False
    #: Put the clock at this moment (RFC 3339 with a zone).
    set: AwareDatetime | None = None
    #: Move it by so many seconds, also backwards.
    advance: float = Field(default=0.0, allow_inf_nan=False)
    #: True stops the clock, false lets it run again.
    frozen: bool | None = None


#: Far enough for every expiry, and nowhere near where dates end.
_FIRST_YEAR, _END_YEAR = 1970, 2200


def show(networks: Networks, _call: Call) -> Answer:
    """Return the time of the networks and how their clock runs."""
    clock = networks.clock
    return Answer.json(
        200,
        {
            "now": clock.now().isoformat(),
            "mode": clock.mode,
            "offset_seconds": clock.offset.total_seconds(),
        },
    )


def change(networks: Networks, call: Call) -> Answer:
    """Change the clock and return what it shows. Raises Refusal outside of 1970 to 2200."""
    wanted = body(call, ClockChange)
    clock = networks.clock
    start = datetime.now(UTC) if wanted.real else clock.now()
    try:
        moment = (wanted.set or start).astimezone(UTC) + timedelta(seconds=wanted.advance)
    except OverflowError:
        moment = None
    if moment is None or not _FIRST_YEAR <= moment.year < _END_YEAR:
        raise refused(f"The clock goes from {_FIRST_YEAR} to {_END_YEAR}.")
    if wanted.real:
        clock.real()
    if wanted.set is not None:
        clock.set(wanted.set)
    clock.advance(timedelta(seconds=wanted.advance))
    if wanted.frozen is True:
        clock.freeze()
    elif wanted.frozen is False:
        clock.thaw()
    networks.settings.write("clock", clock.state())
    return show(networks, call)
