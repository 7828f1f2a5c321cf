"""What LinkedIn's answers say: refusals as the reactions they ask for, and the ids in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import requests

from connectors.transport.http import failed, no_usable_answer
from connectors.transport.oauth import json_object
from services.errors import (
    AccessInDoubt,
    NeedsNewAccess,
    NeedsPerson,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    ZwaanError,
)
from services.message import message

AGAIN = message("do.connect-network-again", "Connect {title} again.", title="LinkedIn")
#: Service error codes of a 401: any other may be a blip, of LinkedIn or of somebody in between.
_ENDED = {
    "65601": message("linkedin.revoked", "Your LinkedIn connection was revoked"),
    "65602": message("linkedin.expired", "Your LinkedIn connection has expired"),
}
POST_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):[\w-]+")


def duplicate_of(response: requests.Response) -> str | None:
    """The URN of the post that LinkedIn says is already there, if that is what it says."""
    if response.status_code != requests.codes.unprocessable:
        return None
    named = POST_URN.search(response.text)
    return named[0] if named else None


def refusal(response: requests.Response, *, version: str, now: datetime) -> ZwaanError:
    """The error that an answer with an error status asks for."""
    status, answer = response.status_code, json_object(response)
    said = str(answer.get("message", ""))[:200]
    if person := _for_a_person(status, answer, said, version):
        return person
    if status == requests.codes.unauthorized:
        return AccessInDoubt(
            message("linkedin.not-accepted", "LinkedIn did not accept your connection this time")
        )
    if status == requests.codes.too_many_requests:
        return _patience(said, now)
    if "DUPLICATE_POST" in response.text:
        return OutcomeUnknown(
            message(
                "linkedin.unknown-duplicate",
                "LinkedIn has a post with this text and does not say which",
            )
        )
    if status == requests.codes.conflict:
        return RetryLater(
            message("linkedin.busy", "LinkedIn was busy with the same post; it is tried again")
        )
    if 400 <= status < 500:
        return Rejected(
            message(
                "linkedin.refused",
                "LinkedIn refuses this: {said}",
                said=said or message("answer.status", "status {status}", status=status),
            ),
            remedy=message(
                "do.change-text-or-link", "Change the text or its link and approve it again."
            ),
        )
    return no_usable_answer("LinkedIn", response.request.method or "", failed(status))


def _for_a_person(
    status: int, answer: Mapping[str, Any], said: str, version: str
) -> NeedsPerson | None:
    if status == 426 or answer.get("code") == "VERSION_MISSING":
        return NeedsPerson(
            message(
                "linkedin.old-version",
                "LinkedIn no longer supports version {version} of its interface",
                version=version or "(none)",
            ),
            remedy=message(
                "do.linkedin.newer-version",
                "Ask your administrator to set a newer LinkedIn version.",
            ),
        )
    if ended := _ENDED.get(str(answer.get("serviceErrorCode"))):
        return NeedsNewAccess(ended, remedy=AGAIN)
    if status == requests.codes.forbidden:
        return NeedsPerson(
            message(
                "linkedin.not-permitted",
                "LinkedIn does not permit this with your connection: {said}",
                said=said or message("answer.access-denied", "access denied"),
            ),
            remedy=message(
                "do.linkedin.connect-again",
                "Connect LinkedIn again and leave all permissions on.",
            ),
        )
    return None


def _patience(said: str, now: datetime) -> RetryLater:
    """LinkedIn's 429 has no header that says until when; daily limits end at 00:00 UTC."""
    if "DAY" in said:
        return RetryLater(
            message("linkedin.limit", "LinkedIn's limit for today is reached"),
            after=_left_of_day(now),
        )
    return RetryLater(
        message("linkedin.patience", "LinkedIn asks for patience; it is tried again later")
    )


def _left_of_day(now: datetime) -> float:
    """Seconds until 00:00 UTC."""
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return (midnight - now).total_seconds()


def count_in(answer: Mapping[str, Any], metric: str) -> int | None:
    """What a page of statistics counts of a metric; None for what is not available."""
    elements = answer.get("elements")
    for element in elements if isinstance(elements, list) else ():
        if isinstance(element, dict) and _metric_type(element) == metric:
            count = element.get("count")
            # -1 is LinkedIn's word for "not available".
            return count if isinstance(count, int) and count >= 0 else None
    return None


def _metric_type(element: Mapping[str, Any]) -> str | None:
    """An object before version 202605, a string since."""
    metric = element.get("metricType")
    if isinstance(metric, dict):
        metric = next(iter(metric.values()), None)
    return metric if isinstance(metric, str) else None
