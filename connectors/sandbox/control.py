"""The addresses below ``/_sandbox``, with which tests and demos look in and steer."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel, ValidationError

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Networks, Operation, Refusal
from connectors.sandbox.faults import FaultRule
from connectors.sandbox.pages import show_image, stylesheet
from connectors.sandbox.state.posts import Post

_MAX_LIMIT = 10_000
#: What SQLite holds has nineteen.
_MAX_DIGITS = 18
Model = TypeVar("Model", bound=BaseModel)


def _whole_number(call: Call, name: str, default: int) -> int:
    """Return a number from the query. Raises Refusal with 400."""
    text = call.query.get(name, str(default))
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise _refused(f"{name} must be a whole number of at most {_MAX_DIGITS} digits.")
    return int(text)


def _page_limit(call: Call) -> int:
    """Return how many entries are asked for, at most 10,000."""
    return min(_whole_number(call, "limit", 100), _MAX_LIMIT)


def _body(call: Call, model: type[Model]) -> Model:
    """Return the body of a request. Raises Refusal with 400 that names what is wrong."""
    try:
        return model.model_validate_json(call.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _refused(f"{place}: {first['msg']}" if place else first["msg"]) from None


def _refused(message: str) -> Refusal:
    """Return a refusal with one sentence."""
    return Refusal(Answer.json(400, {"error": message}))


def show_journal(networks: Networks, call: Call) -> Answer:
    """Return entries filtered by ``network``, ``kind`` and ``member``.

    ``after`` and ``limit`` turn the pages: ``next_after`` is the next page's ``after``, or null.
    ``count=1`` also returns how many entries match.
    """
    filters = {name: call.query.get(name) for name in ("network", "kind", "member")}
    limit = _page_limit(call)
    entries = networks.journal.entries(
        **filters, after=_whole_number(call, "after", 0), limit=limit
    )
    body: dict[str, Any] = {
        "entries": entries,
        "next_after": entries[-1]["entry"] if entries and len(entries) == limit else None,
    }
    if call.query.get("count"):
        body["count"] = networks.journal.count(**filters)
    return Answer.json(200, body)


def clear_journal(networks: Networks, _call: Call) -> Answer:
    """Forget the journal; posts and members stay."""
    return Answer.json(200, {"deleted": networks.journal.clear()})


def show_posts(networks: Networks, call: Call) -> Answer:
    """Return the posts, deleted ones included, filtered by ``network``, a page at a time."""
    limit = _page_limit(call)
    found = networks.posts.all(
        network=call.query.get("network"), after=_whole_number(call, "after", 0), limit=limit
    )
    return Answer.json(
        200,
        {
            "posts": [_described(networks, post) for _, post in found],
            "next_after": found[-1][0] if found and len(found) == limit else None,
        },
    )


def _described(networks: Networks, post: Post) -> dict[str, Any]:
    deleted = None if post.deleted_ms is None else from_milliseconds(post.deleted_ms).isoformat()
    return {
        "post_id": post.post_id,
        "network": post.network,
        "member": networks.members.by_key(post.member).email,
        "raw": post.raw,
        "text": post.text,
        "content": post.content,
        "link": post.link,
        "created_at": from_milliseconds(post.created_ms).isoformat(),
        "deleted_at": deleted,
    }


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


def show_clock(networks: Networks, _call: Call) -> Answer:
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


def change_clock(networks: Networks, call: Call) -> Answer:
    """Change the clock and return what it shows. Raises Refusal outside of 1970 to 2200."""
    wanted = _body(call, ClockChange)
    clock = networks.clock
    start = datetime.now(UTC) if wanted.real else clock.now()
    try:
        moment = (wanted.set or start).astimezone(UTC) + timedelta(seconds=wanted.advance)
    except OverflowError:
        moment = None
    if moment is None or not _FIRST_YEAR <= moment.year < _END_YEAR:
        raise _refused(f"The clock goes from {_FIRST_YEAR} to {_END_YEAR}.")
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
    return show_clock(networks, call)


class FaultRules(RootModel[list[FaultRule]]):
    """A list of rules."""


def show_faults(networks: Networks, _call: Call) -> Answer:
    """Return the rules in force, with how many requests each has matched and hit."""
    return Answer.json(200, {"rules": networks.faults.show()})


def add_faults(networks: Networks, call: Call) -> Answer:
    """Put rules behind those in force, and return them all."""
    networks.faults.add(_body(call, FaultRules).root)
    return show_faults(networks, call)


def clear_faults(networks: Networks, call: Call) -> Answer:
    """End all faults."""
    networks.faults.clear()
    return show_faults(networks, call)


_NETWORKS = frozenset({"linkedin", "x", "mastodon"})


def revoke_grants(networks: Networks, call: Call) -> Answer:
    """Revoke every token of ``member`` (an e-mail address) on ``network``."""
    network = call.query.get("network")
    member = networks.members.by_email(call.query.get("member", ""))
    if network not in _NETWORKS or member is None:
        raise _refused(
            "network must be linkedin, x or mastodon, and member the address of a known member."
        )
    return Answer.json(200, {"revoked": networks.grants.revoke_all(network, member.key)})


class LimitsChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool | None = None
    #: Dollars that X's app may still spend; null is without end.
    credits_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)


def show_limits(networks: Networks, _call: Call) -> Answer:
    """Return whether limits are on, what may be spent, and what was billed."""
    return Answer.json(
        200,
        {
            "enabled": networks.limits.enabled,
            "credits_usd": networks.limits.remaining_usd,
            "billed": {
                "units": networks.bills.units(),
                "usd": networks.bills.total_microdollars() / 1_000_000,
            },
        },
    )


def change_limits(networks: Networks, call: Call) -> Answer:
    """Switch limits, set credits, and return the result."""
    wanted = _body(call, LimitsChange)
    if wanted.enabled is not None:
        networks.limits.switch(enabled=wanted.enabled)
    if "credits_usd" in wanted.model_fields_set:
        networks.limits.grant_credits(wanted.credits_usd)
    return show_limits(networks, call)


class AudienceChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    seed: int | None = None
    #: Hours of an audience's life in one hour of the clock.
    pace: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    #: Factor on the number of people.
    scale: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)


def show_audience(networks: Networks, call: Call) -> Answer:
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


def change_audience(networks: Networks, call: Call) -> Answer:
    """Change the settings and return them."""
    wanted = _body(call, AudienceChange)
    changed = replace(networks.visitor.audience, **wanted.model_dump(exclude_none=True))
    networks.visitor.change(changed)
    return show_audience(networks, call)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _refused("until must be a moment with a time zone, as in RFC 3339.")
    return moment


def show_style(_networks: Networks, _call: Call) -> Answer:
    """Return the style of the sandbox pages."""
    return Answer(
        status=200,
        body=stylesheet(),
        headers=(("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=300")),
    )


OPERATIONS = (
    Operation(kind="journal", method="GET", path="/journal", handler=show_journal),
    Operation(kind="journal", method="DELETE", path="/journal", handler=clear_journal),
    Operation(kind="posts", method="GET", path="/posts", handler=show_posts),
    Operation(kind="clock", method="GET", path="/clock", handler=show_clock),
    Operation(kind="clock", method="POST", path="/clock", handler=change_clock),
    Operation(kind="faults", method="GET", path="/faults", handler=show_faults),
    Operation(kind="faults", method="POST", path="/faults", handler=add_faults),
    Operation(kind="faults", method="DELETE", path="/faults", handler=clear_faults),
    Operation(kind="grants", method="DELETE", path="/grants", handler=revoke_grants),
    Operation(kind="limits", method="GET", path="/limits", handler=show_limits),
    Operation(kind="limits", method="POST", path="/limits", handler=change_limits),
    Operation(kind="audience", method="GET", path="/audience", handler=show_audience),
    Operation(kind="audience", method="POST", path="/audience", handler=change_audience),
    Operation(kind="media", method="GET", path="/media/{network}/{media_id}", handler=show_image),
    Operation(kind="style", method="GET", path="/sandbox.css", handler=show_style),
)
