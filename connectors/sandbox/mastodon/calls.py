"""Who calls the API, and how often: every answer tells what is left of the window.

Source: https://docs.joinmastodon.org/api/rate-limits/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Handler, HeaderPairs, Refusal
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.counters import Usage
from connectors.sandbox.state.members import Member

NETWORK = "mastodon"
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls that an account may make within so many minutes."""

    name: str
    calls: int
    minutes: int


#: All calls together; uploads and deletions have windows of their own besides.
ALL = Quota(name="all", calls=300, minutes=5)
MEDIA = Quota(name="media", calls=30, minutes=30)
DELETIONS = Quota(name="deletions", calls=30, minutes=30)

MemberHandler = Callable[[Networks, Call, Member], Answer]


def member_call(handler: MemberHandler, *, scope: str, quota: Quota = ALL) -> Handler:
    """Return a handler that first checks the token, the quota and the scope, in this order."""

    def answer(networks: Networks, call: Call) -> Answer:
        member, scopes = _identify(networks, call)
        usages = [_count(networks, member, each) for each in dict.fromkeys((ALL, quota))]
        headers = _headers(usages)
        if any(usage is not None and usage.exceeded for usage in usages):
            raise refusals.throttled(headers)
        try:
            # A broad scope contains the narrow ones: read contains read:statuses.
            if scopes.isdisjoint({scope, scope.partition(":")[0]}):
                raise refusals.missing_scope()
            result = handler(networks, call, member)
        except Refusal as refusal:
            result = refusal.answer
        return replace(result, headers=(*result.headers, *headers))

    return answer


def _identify(networks: Networks, call: Call) -> tuple[Member, frozenset[str]]:
    bearer = call.bearer()
    token = networks.grants.find(NETWORK, "access", bearer) if bearer else None
    if token is None:
        raise refusals.unauthorized()
    member = networks.members.by_key(token.grant.member)
    call.trace.member = member.email
    if token.revoked:
        raise refusals.unauthorized("The access token was revoked")
    return member, token.grant.scopes


def _count(networks: Networks, member: Member, quota: Quota) -> Usage | None:
    return networks.limits.count_window(
        f"{NETWORK}/{quota.name}/{member.key}",
        limit=quota.calls,
        length_ms=quota.minutes * _MINUTE_MS,
    )


def _headers(usages: list[Usage | None]) -> HeaderPairs:
    """The window that is closest to its end, as Mastodon's middleware reports it."""
    counted = [usage for usage in usages if usage is not None]
    if not counted:
        return ()
    tightest = min(counted, key=lambda usage: usage.remaining)
    return (
        ("x-ratelimit-limit", str(tightest.limit)),
        ("x-ratelimit-remaining", str(tightest.remaining)),
        ("x-ratelimit-reset", from_milliseconds(tightest.resets_ms).isoformat()),
    )
