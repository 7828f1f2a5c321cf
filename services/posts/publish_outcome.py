"""What an attempt to publish came to: the post's next state, what is told, what it says of the
network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.errors import AccessInDoubt, OutcomeUnknown, RetryLater, ZwaanError
from services.events.incoming import EventData
from services.events.outgoing import PostFailed, PostPostponed, PostPublished, PostUnknown
from services.message import NOTHING, Message, message
from services.ports import PublishedPost
from services.post import Post, PostState
from services.posts.store.publishing import Claim
from services.scheduling import backoff
from services.text.normal_form import printable

#: A network that names a moment further away means a day's limit, not a slow quarter of an hour.
_COUNTED_WAIT = timedelta(hours=1)
NOT_ARRIVED = message("post.not-arrived", "it had not arrived")
_LOOK = message("do.look-and-say", "Look whether the post is there, and say so.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``changes`` are other columns of the post. ``outage`` is what kept the network from giving
    a usable answer, empty when it answered, None when it was not asked."""

    after: PostState
    changes: Mapping[str, Any]
    event: EventData | None = None
    outage: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One claimed post at the moment its call ended; its methods are the possible outcomes.

    ``pause`` is the unit of the pauses between tries.
    """

    claim: Claim
    post: Post
    now: datetime
    pause: timedelta

    def published(
        self, published: PublishedPost, *, first_measure: timedelta, charged: int | None
    ) -> Outcome:
        return Outcome(
            after=PostState.PUBLISHED,
            changes={
                "published_at": self.now,
                "external_id": published.external_id,
                "external_url": published.url,
                "charged": charged,
                "measure_at": self.now + first_measure,
                "reason": NOTHING,
                "remedy": NOTHING,
            },
            event=PostPublished(
                **self.post.ids,
                external_id=published.external_id,
                url=published.url,
                published_at=self.now,
            ),
            outage=NOTHING,
        )

    def later(self, error: RetryLater) -> Outcome:
        """The network did not take the post: it goes out after a pause."""
        outcome = self._approved_until(self._pause(error.after), error.message, outage_of(error))
        if not is_long(error):
            return outcome
        return replace(outcome, changes={**outcome.changes, "tries": self.claim.tries - 1})

    def not_there(self) -> Outcome:
        """The network shows that the post never arrived, so that it is safe to send it."""
        return self._approved_until(timedelta(), NOT_ARRIVED, NOTHING)

    def look_again(self, error: ZwaanError) -> Outcome:
        """Keep the intent: when the lease has run out, the next attempt reconciles again."""
        until = self.now + self._pause(None)
        return Outcome(
            after=PostState.PUBLISHING,
            changes={"leased_until": until, "reason": error.message},
            outage=outage_of(error),
        )

    def failed(self, reason: Message, remedy: Message, *, outage: Message | None) -> Outcome:
        return Outcome(
            after=PostState.FAILED,
            changes={"reason": reason, "remedy": remedy},
            event=PostFailed(
                **self.post.ids, reason=short(reason), remedy=short(remedy), failed_at=self.now
            ),
            outage=outage,
        )

    def unknown(self, reason: Message, *, outage: Message | None) -> Outcome:
        return Outcome(
            after=PostState.UNKNOWN,
            changes={"reason": reason, "remedy": _LOOK},
            event=PostUnknown(**self.post.ids, reason=short(reason), since=self.now),
            outage=outage,
        )

    def _approved_until(self, pause: timedelta, reason: Message, outage: Message | None) -> Outcome:
        publish_at = self.now + pause
        return Outcome(
            after=PostState.APPROVED,
            changes={"publish_at": publish_at, "reason": reason},
            event=PostPostponed(
                **self.post.ids, reason=short(reason), publish_at=publish_at, postponed_at=self.now
            ),
            outage=outage,
        )

    def _pause(self, asked: float | None) -> timedelta:
        return backoff(
            self.post.id, self.claim.attempt, tries=self.claim.tries, base=self.pause, asked=asked
        )


def is_long(later: RetryLater) -> bool:
    """Whether the network named a moment so far away that the try does not count: a day's limit."""
    return later.after is not None and later.after > _COUNTED_WAIT.total_seconds()


def outage_of(error: ZwaanError) -> Message:
    """What kept the network from answering, or nothing: a refusal, or a limit that says until
    when, is an answer."""
    if isinstance(error, AccessInDoubt):
        return NOTHING
    if isinstance(error, OutcomeUnknown) or (isinstance(error, RetryLater) and error.after is None):
        return error.message
    return NOTHING


def short(reason: Message) -> str:
    """In English, as an event tells it; a network's own words in it may be anything."""
    return printable(str(reason))[:1000]
