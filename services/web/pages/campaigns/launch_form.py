"""The part of a form that says how a campaign begins."""

from __future__ import annotations

from datetime import timedelta

from services.events.launch import Launch, LaunchPlan, read_launch_plan
from services.web.pages.campaigns.event_forms import read_fields
from services.web.view import View

FIELDS = ("launch", "widen")
#: After how many hours a handful may widen by itself, as the form offers it.
WIDEN_AFTER_HOURS = (24, 72, 168)
#: What the form proposes: look first, and widen when somebody says so.
PROPOSED = {"launch": Launch.REVIEW.value, "widen": ""}


async def read_plan(view: View) -> LaunchPlan:
    """The plan that was chosen; a form without the choice asks everybody, as an event does.

    Raises Rejected for a choice that the form does not offer.
    """
    fields = await read_fields(view, FIELDS)
    plan = read_launch_plan({"launch": fields["launch"]} if fields["launch"] else {})
    hours = fields["widen"]
    if plan.launch is not Launch.HANDFUL or not hours:
        return plan
    after = next((each for each in WIDEN_AFTER_HOURS if str(each) == hours), None)
    if after is None:
        return read_launch_plan({"launch": plan.launch.value, "widenafterhours": hours})
    return LaunchPlan(launch=plan.launch, widen_after=timedelta(hours=after))
