"""Data of the events that other systems send us (a contract; see docs/events.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("has to be an http or https address")
    return value


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs a time zone, for example 2026-11-24T09:00:00Z")
    return value


Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400_000)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]
Moment = Annotated[datetime, AfterValidator(_with_zone)]
Words = Annotated[tuple[Line, ...], Field(max_length=50)]


class EventData(BaseModel):
    """Base of all event data: immutable, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Author(EventData):
    name: Line
    email: Line | None = None


class Image(EventData):
    url: WebAddress
    alt: Annotated[str, StringConstraints(max_length=2000)] = ""


class StoryApproved(EventData):
    """A story that marketing approved for sharing. ``body`` is plain text or Markdown."""

    story_id: Id
    title: Line
    body: Text
    language: Language
    url: WebAddress | None = None
    author: Author | None = None
    topics: Words = ()
    images: Annotated[tuple[Image, ...], Field(max_length=20)] = ()
    approved_by: Line | None = None
    approved_at: Moment | None = None


class VacancyOpened(EventData):
    """An opened vacancy. ``challenge`` says what is hard about the job."""

    vacancy_id: Id
    title: Line
    description: Text
    language: Language
    url: WebAddress
    team: Line | None = None
    crafts: Words = ()
    location: Line | None = None
    hours: Line | None = None
    salary: Line | None = None
    closes_at: Moment | None = None
    challenge: Annotated[str, StringConstraints(max_length=2000)] | None = None


class VacancyClosed(EventData):
    vacancy_id: Id
    reason: Line | None = None


class ApplicationReceived(EventData):
    """An applicant's step in the ATS. Carries no personal data."""

    application_id: Id
    vacancy_id: Id
    link_code: Line | None = None
    stage: Literal["applied", "interview", "hired", "rejected"]
    at: Moment
