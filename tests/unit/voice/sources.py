"""Stories and vacancies of a few lines, and the files of sources, for the tests of passages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.events.incoming import StoryApproved, VacancyOpened
from services.voice.passages import Passage, SourceText, find_passages
from services.voice.writing.request import Content

ROOT = Path(__file__).parents[3]
#: As real organisations write them; the benchmark of the voice reads them too.
FURTHER = sorted((ROOT / "tests" / "voice_sources").glob("*.json"))
EXAMPLES = sorted((ROOT / "examples").glob("*/*.json"))


def story(
    body: str, *, language: str = "nl", title: str = "Een verhaal", **more: Any
) -> StoryApproved:
    return StoryApproved(story_id="story", title=title, body=body, language=language, **more)


def vacancy(description: str, *, language: str = "nl", title: str = "Monteur") -> VacancyOpened:
    return VacancyOpened(
        vacancy_id="vacancy",
        title=title,
        description=description,
        language=language,
        url="https://jobs.example.org/1",
    )


def content_of(path: Path) -> Content:
    event = json.loads(path.read_text(encoding="utf-8"))
    model = StoryApproved if event["type"] == "story.approved" else VacancyOpened
    return model.model_validate(event["data"])


def cleaned(content: Content) -> str:
    """The text that passages are taken from, a paragraph a line."""
    return "\n".join(paragraph.text for paragraph in SourceText(content).prose.paragraphs)


def all_of(content: Content) -> list[Passage]:
    found = find_passages(SourceText(content))
    return [*found.chosen, *found.withheld]


def texts_of(content: Content) -> list[str]:
    return [passage.text for passage in all_of(content)]
