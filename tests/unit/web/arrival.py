"""What lies on a log, as facts: the step between the pages and the use cases."""

from __future__ import annotations

from services.events.catalogue import read_data
from services.events.cloudevent import parse_event
from services.events.incoming import StoryApproved, VacancyOpened
from services.events.statement import Fact
from tests.fakes import MemoryLog


def facts_on(log: MemoryLog) -> list[Fact[StoryApproved | VacancyOpened]]:
    """What would start campaigns."""
    facts = []
    for topic in ("vacancy.opened", "story.approved"):
        for document in log.events(topic):
            event = parse_event(document)
            data = read_data(event)
            assert isinstance(data, StoryApproved | VacancyOpened)
            facts.append(Fact(event=event, data=data))
    return facts
