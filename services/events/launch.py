"""How a campaign begins: an optional wish that travels with the event which starts it.

Two extension attributes of ``story.approved`` and ``vacancy.opened``: ``launch`` and
``widenafterhours``. An event without them asks everybody who fits at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from services.errors import Rejected
from services.message import message

#: A campaign does not wait longer than this to widen by itself.
LONGEST_WAIT = timedelta(days=60)


class Launch(StrEnum):
    #: Everybody who fits is asked at once.
    EVERYBODY = "everybody"
    #: The five to ten best are asked; the others when the campaign is widened.
    HANDFUL = "handful"
    #: Nobody is asked before somebody looked at the audience.
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """``widen_after``: when a handful is widened by itself; None: when somebody says so."""

    launch: Launch = Launch.EVERYBODY
    widen_after: timedelta | None = None

    def as_extensions(self) -> dict[str, Any]:
        extensions: dict[str, Any] = {"launch": self.launch.value}
        if self.widen_after is not None:
            extensions["widenafterhours"] = int(self.widen_after / timedelta(hours=1))
        return extensions


def read_launch_plan(extensions: Mapping[str, Any]) -> LaunchPlan:
    """The plan in an event's extension attributes. Raises Rejected for one that makes no sense."""
    named = extensions.get("launch", Launch.EVERYBODY.value)
    if named not in set(Launch):
        raise Rejected(
            message("event.launch", '"launch" names no way to begin a campaign'),
            remedy=message(
                "do.write-launch", "Write one of: {names}; or leave it out.", names=tuple(Launch)
            ),
        )
    launch = Launch(named)
    hours = extensions.get("widenafterhours")
    if hours is None:
        return LaunchPlan(launch=launch)
    longest = int(LONGEST_WAIT / timedelta(hours=1))
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= longest:
        raise Rejected(
            message("event.widen-hours", '"widenafterhours" is not a number of hours'),
            remedy=message("do.write-hours", "Write 1 to {most}.", most=longest),
        )
    if launch is not Launch.HANDFUL:
        raise Rejected(
            message("event.widen-without-handful", '"widenafterhours" needs a handful to widen'),
            remedy=message("do.add-launch", 'Add "launch": "handful".'),
        )
    return LaunchPlan(launch=launch, widen_after=timedelta(hours=hours))
