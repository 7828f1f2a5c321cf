"""Everything a handler may need, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.audience import Audience
from connectors.sandbox.clock import SandboxClock
from connectors.sandbox.faults.plan import FaultPlan
from connectors.sandbox.limits import Limits
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state.counters import Bills, Counters
from connectors.sandbox.state.database import Database
from connectors.sandbox.state.grants import Grants
from connectors.sandbox.state.journal import Journal
from connectors.sandbox.state.media import Media
from connectors.sandbox.state.members import Members
from connectors.sandbox.state.posts import Posts
from connectors.sandbox.state.settings import Settings
from connectors.sandbox.visitor import AudienceVisitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Options, clock and memory of one sandbox."""

    options: SandboxOptions
    clock: SandboxClock
    database: Database
    settings: Settings
    members: Members
    grants: Grants
    posts: Posts
    media: Media
    journal: Journal
    bills: Bills
    counters: Counters
    limits: Limits
    faults: FaultPlan
    visitor: AudienceVisitor


def open_networks(path: Path | None, options: SandboxOptions, clock: SandboxClock) -> Networks:
    """Open or create the file at ``path`` (memory when None) and continue where it stopped."""
    database = Database(path)
    settings = Settings(database)
    saved_clock = settings.read("clock")
    if saved_clock is not None:
        clock.restore(saved_clock)
    bills = Bills(database)
    counters = Counters(database)
    posts = Posts(database)
    return Networks(
        options=options,
        clock=clock,
        database=database,
        settings=settings,
        members=Members(database),
        grants=Grants(database),
        posts=posts,
        media=Media(database),
        journal=Journal(database),
        bills=bills,
        counters=counters,
        limits=Limits(counters=counters, bills=bills, settings=settings, clock=clock),
        faults=FaultPlan(settings),
        visitor=AudienceVisitor(
            posts=posts,
            settings=settings,
            clock=clock,
            audience=Audience(seed=options.audience_seed),
        ),
    )
