"""Every processor of Zwaan. This list is what a worker does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol

from services.storage import figures
from services.storage.transaction import Transaction
from services.use_cases.count_clicks import count_clicks
from services.use_cases.finish_campaign import close_vacancies
from services.use_cases.learn_from_edits import learn_from_edits
from services.use_cases.record_reach import record_applications, record_reach
from services.use_cases.start_campaign import start_campaigns
from services.use_cases.write_drafts import DraftWriter
from streams.processor import Processor


def processors(drafts: DraftWriter) -> list[Processor]:
    return [
        Processor(
            name="start-story-campaigns", topic="story.approved", handle=start_campaigns, batch=10
        ),
        Processor(
            name="start-vacancy-campaigns", topic="vacancy.opened", handle=start_campaigns, batch=10
        ),
        Processor(name="close-vacancies", topic="vacancy.closed", handle=close_vacancies),
        # About six hundred people at once: what a transaction costs is shared by many, and the first
        # drafts of a large campaign are readable long before its last ones are written.
        Processor(
            name="write-drafts",
            topic="share.requested",
            handle=drafts.write_drafts,
            batch_bytes=384_000,
        ),
        Processor(name="learn-from-edits", topic="post.approved", handle=learn_from_edits),
        *(projection.processor for projection in projections()),
    ]


class Wipe(Protocol):
    """Empties a projection's tables from ``since`` (a midnight in UTC) on; None: all of it."""

    async def __call__(self, transaction: Transaction, *, since: datetime | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A processor whose tables can be wiped and rebuilt from the log (``zwaan rebuild``).

    ``moment_of`` is the moment by which an event's figure is kept.
    """

    processor: Processor
    wipe: Wipe
    moment_of: Callable[[Any], datetime]


def projections() -> list[Projection]:
    return [
        Projection(
            processor=Processor(name="count-clicks", topic="link.clicked", handle=count_clicks),
            wipe=figures.wipe_clicks,
            moment_of=attrgetter("clicked_at"),
        ),
        Projection(
            processor=Processor(name="record-reach", topic="reach.measured", handle=record_reach),
            wipe=figures.wipe_reach,
            moment_of=attrgetter("measured_at"),
        ),
        Projection(
            processor=Processor(
                name="record-applications", topic="application.received", handle=record_applications
            ),
            wipe=figures.wipe_applications,
            moment_of=attrgetter("at"),
        ),
    ]
