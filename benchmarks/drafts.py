"""From an acknowledged event to drafts that can be read in the inbox, on the embedded log.

One process, one core: log, stream processors, composer, guard and database together.
``python -m benchmarks.drafts [--write] [--runs N]``
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.bare_jinja import ANCHOR, renders_per_second
from benchmarks.report import Row, arguments, report, shown
from services.domain.identity import derive_id
from services.settings import load_settings
from services.storage import audience, people, posts
from services.use_cases.accept_events import accept
from streams.bootstrap import Parts, clock, open_parts
from streams.demo.organisation import load_example
from streams.logging import configure_logging
from streams.worker import Worker

_LIMIT_SECONDS = 120


@asynccontextmanager
async def _working(ambassadors: int) -> AsyncIterator[Parts]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=Path(folder))
        async with open_parts(settings) as parts:
            language = _story()["data"]["language"]
            # Everybody reads the story's language, so that everybody is in the audience.
            crowd = [
                replace(person, language=language, address_form="je" if language == "nl" else "")
                for person in load_example(ambassadors).people
            ]
            async with parts.database.write() as transaction:
                await people.save_ambassadors(transaction, crowd, now=clock())
            async with Worker(parts).running():
                yield parts


async def _measure(ambassadors: int) -> tuple[float, int]:
    """Seconds from the acknowledgement to the last readable draft, and how many drafts there are.

    Whoever is asked a question first has a draft too, without a text.
    """
    async with _working(ambassadors) as parts:
        story = _story()
        acceptance = await accept(parts.log, [story])
        acknowledged = time.perf_counter()
        assert not acceptance.refused
        campaign = derive_id("campaign", "story", story["data"]["story_id"])
        deadline = acknowledged + _LIMIT_SECONDS
        while time.perf_counter() < deadline:
            async with parts.database.read() as transaction:
                drafts = sum((await posts.counts_by_state(transaction)).values())
                invited = (await audience.sizes(transaction, campaign)).asked
            if invited and drafts == invited:
                return time.perf_counter() - acknowledged, drafts
            # Looking costs the same core: seldom while much is left, often towards the end.
            elapsed = time.perf_counter() - acknowledged
            written = (drafts) / (invited or ambassadors)
            left = elapsed * (1 - written) / max(written, 0.1)
            await asyncio.sleep(max(0.002, min(left / 4, ambassadors / 20_000)))
    raise TimeoutError


def _story() -> dict[str, Any]:
    return next(event for event in load_example(None).events if event["type"] == "story.approved")


def main() -> None:
    configure_logging(level="WARNING", as_json=False)
    os.sched_setaffinity(0, {0})
    rows = []
    for ambassadors, asked in ((10, "≤ 0.1 s"), (50, "≤ 2 s")):
        measured = [asyncio.run(_measure(ambassadors)) for _ in range(arguments().runs)]
        assert all(drafts == ambassadors for _, drafts in measured), measured
        runs = [seconds for seconds, _ in measured]
        rows.append(
            Row(what=f"{ambassadors} ambassadors, one story", runs=runs, unit="s", target=asked)
        )
    many: list[tuple[float, int]] = []
    bare: list[float] = []
    for _ in range(arguments().runs):
        bare.append(renders_per_second())
        many.append(asyncio.run(_measure(10_000)))
    drafts = min(drafts for _, drafts in many)
    rates = [drafts / seconds for seconds, drafts in many]
    rows += [
        Row(
            what=f"10,000 ambassadors, one story ({drafts:,} drafts)",
            runs=rates,
            unit="drafts/s",
            target="≥ 2,000 drafts/s",
        ),
        Row(what="baseline: bare Jinja2, 650 characters", runs=bare, unit="renders/s"),
    ]
    anchored = statistics.median(rates) / statistics.median(bare) * ANCHOR
    report(
        "From an event to drafts in the inbox",
        "python -m benchmarks.drafts",
        rows,
        f"By the ratio to the baseline, 10,000 ambassadors make {shown(anchored)} drafts/s on the "
        f"machine where bare Jinja2 renders {ANCHOR:,} (the anchor of the figures asked).",
    )


if __name__ == "__main__":
    main()
