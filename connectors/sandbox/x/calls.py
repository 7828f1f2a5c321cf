"""Who calls X's API, how often, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal

from connectors.sandbox.exchange import Answer, Call, Handler, HeaderPairs, Refusal
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.counters import Usage
from connectors.sandbox.state.members import Member
from connectors.sandbox.x import refusals

_QUARTER_MS = 15 * 60 * 1000
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A member's app: the client, the member, and what was granted."""

    member: Member
    client_id: str
    scopes: frozenset[str]


MemberHandler = Callable[[Networks, Call, Caller], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls allowed per user in 15 minutes, and per app in 24 hours where there is such a limit.

    Source: https://docs.x.com/x-api/fundamentals/rate-limits
    """

    per_user: int
    per_app_per_day: int | None = None


def member_call(
    handler: MemberHandler, *, name: str, scopes: frozenset[str], quota: Quota
) -> Handler:
    """Return a handler that first checks the token, the scopes and the quota, in this order."""

    def answer(networks: Networks, call: Call) -> Answer:
        caller = _identify(networks, call)
        user, app = _count(networks, caller, name, quota)
        headers = _headers(user, app)
        if (user is not None and user.exceeded) or (app is not None and app.exceeded):
            raise refusals.throttled(headers)
        try:
            if not scopes <= caller.scopes:
                raise refusals.missing_scope()
            result = handler(networks, call, caller)
        except Refusal as refusal:
            result = refusal.answer
        return replace(result, headers=(*result.headers, *headers))

    return answer


def _identify(networks: Networks, call: Call) -> Caller:
    bearer = call.bearer()
    token = networks.grants.find("x", "access", bearer) if bearer else None
    if token is None:
        raise refusals.unauthorized()
    member = networks.members.by_key(token.grant.member)
    call.trace.member = member.email
    if token.revoked or token.expires_ms <= networks.clock.now_ms():
        raise refusals.unauthorized()
    return Caller(member=member, client_id=token.grant.client_id, scopes=token.grant.scopes)


def _count(
    networks: Networks, caller: Caller, name: str, quota: Quota
) -> tuple[Usage | None, Usage | None]:
    prefix = f"x/{name}/{caller.client_id}"
    user = networks.limits.count_window(
        f"{prefix}/{caller.member.key}", limit=quota.per_user, length_ms=_QUARTER_MS
    )
    if quota.per_app_per_day is None:
        return user, None
    app = networks.limits.count_window(prefix, limit=quota.per_app_per_day, length_ms=_DAY_MS)
    return user, app


def _headers(user: Usage | None, app: Usage | None) -> HeaderPairs:
    headers: list[tuple[str, str]] = []
    for prefix, usage in (("x-rate-limit", user), ("x-app-limit-24hour", app)):
        if usage is not None:
            headers += [
                (f"{prefix}-limit", str(usage.limit)),
                (f"{prefix}-remaining", str(usage.remaining)),
                (f"{prefix}-reset", str(-(-usage.resets_ms // 1000))),
            ]
    return tuple(headers)


# What X charges an app, in units and their prices.
#
# Source: https://docs.x.com/x-api/getting-started/pricing (pay per use, since February 2026): what is
# read is charged by the thing returned, and a thing that is read twice on one day (UTC) once.

Unit = Literal["post", "post_with_url", "post_read", "user_read", "media_metadata", "post_delete"]

#: In millionths of a dollar.
_PRICES: dict[Unit, int] = {
    "post": 15_000,
    "post_with_url": 200_000,
    "post_read": 5_000,
    "user_read": 10_000,
    "media_metadata": 5_000,
    # "Interaction: Delete"; that a deleted post is one is not said.
    "post_delete": 10_000,
}


def charge(networks: Networks, unit: Unit) -> None:
    """Charge one unit. Raises Refusal when the credits do not pay for it."""
    price = _PRICES[unit]
    if not networks.limits.affords(price):
        raise refusals.credits_depleted()
    networks.bills.charge(unit, microdollars=price)


def charge_reads(networks: Networks, unit: Unit, resources: Collection[str]) -> None:
    """Charge each of these, by its id, once a day. Raises Refusal as `charge` does."""
    today_ms = networks.clock.now_ms() // _DAY_MS * _DAY_MS
    for resource in resources:
        if not networks.limits.affords(_PRICES[unit]):
            raise refusals.credits_depleted()
        read = networks.counters.count(
            f"x/{unit}/{resource}", limit=1, started_ms=today_ms, length_ms=_DAY_MS
        )
        if not read.exceeded:
            charge(networks, unit)
