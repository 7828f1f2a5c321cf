"""Every processor of Zwaan. This list is what a worker does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from operator import attrgetter
from typing import Any, Protocol

from services.campaigns.start_campaign import start_campaigns
from services.database.transaction import Transaction
from services.figures.record_figures import count_clicks, record_applications, record_reach
from services.figures.store import applications, figures
from services.figures.store.clicks import PROCESSOR
from services.people.rules.ambassador import DEFAULT_ZONE
from services.posts.cancel_posts import close_vacancies
from services.posts.decide import learn_from_edits
from services.posts.write_drafts import DraftWriter
from streams.process.processor import Handler, Processor

#: Which topic each processor handles. The inbox and the dead letters know processors by these names.
TOPICS: Mapping[str, str] = {
    "start-story-campaigns": "story.approved",
    "start-vacancy-campaigns": "vacancy.opened",
    "close-vacancies": "vacancy.closed",
    "write-drafts": "share.requested",
    "learn-from-edits": "post.approved",
    PROCESSOR: "link.clicked",
    "record-reach": "reach.measured",
    "record-applications": "application.received",
}


def processors(drafts: DraftWriter, zone: tzinfo = DEFAULT_ZONE) -> list[Processor]:
    """``zone`` is where the organisation is."""
    start = partial(start_campaigns, zone=zone)
    return [
        _processor("start-story-campaigns", start, batch=10),
        _processor("start-vacancy-campaigns", start, batch=10),
        _processor("close-vacancies", close_vacancies),
        # Twelve hundred people at once: what a transaction costs is shared by many, and the first drafts
        # of a large campaign are readable long before its last ones are written.
        _processor("write-drafts", drafts.write_drafts, events=48),
        _processor("learn-from-edits", learn_from_edits),
        clicks_processor(),
        *(projection.processor for projection in projections()),
    ]


def clicks_processor() -> Processor:
    # Many in a transaction, for what it costs is shared by them.
    return _processor(PROCESSOR, count_clicks, batch=500, batch_bytes=2_000_000, events=5_000)


def _processor(name: str, handle: Handler, **batches: int) -> Processor:
    return Processor(name=name, topic=TOPICS[name], handle=handle, **batches)


class Wipe(Protocol):
    """Empties a projection's tables from ``since`` (a midnight in UTC) on; None: all of it."""

    async def __call__(self, transaction: Transaction, *, since: datetime | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A processor whose tables can be wiped and rebuilt from the log (``zwaan rebuild``; clicks are
    counted again in another way).

    ``moment_of`` is the moment by which an event's figure is kept.
    """

    processor: Processor
    wipe: Wipe
    moment_of: Callable[[Any], datetime]


def projections() -> list[Projection]:
    return [
        Projection(
            processor=_processor("record-reach", record_reach),
            wipe=figures.wipe_reach,
            moment_of=attrgetter("measured_at"),
        ),
        Projection(
            processor=_processor("record-applications", record_applications),
            wipe=applications.wipe,
            moment_of=attrgetter("at"),
        ),
    ]
