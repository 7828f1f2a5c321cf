"""``/_sandbox/audience``: what a post has reached, and who is going to follow its link."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from connectors.sandbox.control.parameters import body, refused
from connectors.sandbox.exchange import Answer, Call, Refusal
from connectors.sandbox.networks import Networks


class AudienceChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    seed: int | None = None
    #: Hours of an audience's life in one hour of the clock.
    pace: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    #: Factor on the number of people.
    scale: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)


def show(networks: Networks, call: Call) -> Answer:
    """Return the settings; with ``post`` also its figures and its visits until ``until`` or now."""
    answer: dict[str, object] = {"settings": asdict(networks.visitor.audience)}
    post_id = call.query.get("post")
    if post_id is not None:
        post = networks.posts.find(post_id)
        if post is None:
            raise Refusal(Answer.json(404, {"error": f"The sandbox has no post {post_id}."}))
        until = _moment(call.query.get("until")) or networks.clock.now()
        answer |= {
            "link": post.link,
            "figures": asdict(networks.visitor.figures_at(post, until)),
            "visits": [
                {**asdict(visit), "at": visit.at.isoformat()}
                for visit in networks.visitor.visits(post_id, until)
            ],
        }
    return Answer.json(200, answer)


def change(networks: Networks, call: Call) -> Answer:
    """Change the settings and return them."""
    wanted = body(call, AudienceChange)
    changed = replace(networks.visitor.audience, **wanted.model_dump(exclude_none=True))
    networks.visitor.change(changed)
    return show(networks, call)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise refused("until must be a moment with a time zone, as in RFC 3339.")
    return moment
