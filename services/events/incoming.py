"""Data of the events that other systems send us (a contract; see docs/events), and how a campaign begins: an
optional wish that travels with the event which starts it.

An author comes as systems write one: "jan@example.org (Jan Vos)", "Jan Vos <jan@example.org>". The wish is
two extension attributes of ``story.approved`` and ``vacancy.opened``: ``launch`` and
``widenafterhours``. An event without them asks everybody who fits at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from services.errors import Rejected
from services.events.moment import read_moment, read_moment_or_day
from services.message import message
from services.text.mail_address import normal_address

_BRACKETS = str.maketrans("()<>[];|/", "         ")
_AROUND = ",;:|\"'–-/. "
#: How people hide an address from machines.
_HIDDEN = (" [at] ", "[at]", " (at) ", "(at)", "%40")


def split_author(written: str) -> tuple[str, str]:
    """The name and the e-mail address, each empty where there is none."""
    for hidden in _HIDDEN:
        written = written.replace(hidden, "@")
    if "@" not in written:
        return " ".join(written.split()), ""
    words = _first(written).translate(_BRACKETS).split()
    addresses = [word for word in words if _is_address(word)]
    name = " ".join(word for word in words if word not in addresses).strip(_AROUND)
    if name.lower() in ("mailto", "e-mail", "email", "mail"):
        name = ""
    address = addresses[0].strip(_AROUND) if addresses else ""
    address = address[7:] if address.lower().startswith("mailto:") else address
    if "." not in address.rpartition("@")[2]:  # a name in a network of one's own
        return name or name_of(address), ""
    return name, address


def name_of(address: str) -> str:
    """Return a name for a person known by e-mail address only: "Jan Vos" of jan.vos@…"""
    return " ".join(address.partition("@")[0].replace(".", " ").replace("_", " ").split()).title()


def _first(written: str) -> str:
    """Return the first of several authors with an address each, with the text in brackets behind it."""
    first, comma, others = written.partition("), ")
    return first if comma and "@" in first and "@" in others else written


def _is_address(word: str) -> bool:
    local, _, domain = word.strip(_AROUND).rpartition("@")
    return bool(local) and bool(domain)


# Browsers and urlsplit drop some of these in silence, so that what is checked is not what is used.
_NOT_IN_ADDRESSES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\<>\"]")


def _web_address(value: str) -> str:
    if _NOT_IN_ADDRESSES.search(value):
        raise ValueError(message("field.blanks", "holds blanks or control characters"))
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(_NO_WEB_ADDRESS) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(_NO_WEB_ADDRESS)
    if "@" in parts.netloc:
        raise ValueError(message("field.credentials", "may hold no user name or password"))
    return value


_NO_WEB_ADDRESS = message(
    "field.no-address", "has to be an http or https address, for example https://example.org/page"
)


def _on_one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(message("field.line-ends", "holds control characters or line ends"))
    return value


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError(message("field.nul", "holds a NUL character"))
    return value


def _language(value: object, check: ValidatorFunctionWrapHandler) -> Any:
    try:
        return check(value)
    except ValidationError:
        raise ValueError(
            message(
                "field.no-language",
                'has to be the code of a language, for example "nl" or "en-GB"',
            )
        ) from None


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Id = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_on_one_line),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_on_one_line),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400_000),
    AfterValidator(_without_nul),
]
Note = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_without_nul)]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"),
    WrapValidator(_language),
]
WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]
Moment = Annotated[datetime, BeforeValidator(read_moment)]
MomentOrDay = Annotated[datetime | date, BeforeValidator(read_moment_or_day)]
Words = Annotated[tuple[Line, ...], Field(max_length=50)]
#: What an editor chose to be dealt, best first, instead of what is found.
PassageTexts = Annotated[tuple[Line, ...], Field(max_length=20)]


class EventData(BaseModel):
    """Base of all event data: immutable, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Author(EventData):
    """An e-mail address in ``name`` is split off, because the name is shown on public pages."""

    name: Line
    email: Annotated[Line, AfterValidator(normal_address)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _take_apart(cls, data: Any) -> Any:
        written = data.get("name") if isinstance(data, dict) else None
        if not isinstance(written, str) or "@" not in written:
            return data
        name, email = split_author(written)
        if not email:
            return data
        return data | {"name": name or name_of(email), "email": data.get("email") or email}


class StoryImage(EventData):
    url: WebAddress
    alt: Note = ""


class StoryApproved(EventData):
    """A story that marketing approved for sharing. ``body`` is plain text, Markdown or HTML.

    ``passages`` are the words of it that posts are made of, in that order; without them they are
    found. Those that an editor chooses before the launch stay when it is sent again.
    """

    story_id: Id
    title: Line
    body: Text
    language: Language
    url: WebAddress | None = None
    author: Author | None = None
    topics: Words = ()
    images: Annotated[tuple[StoryImage, ...], Field(max_length=20)] = ()
    approved_by: Line | None = None
    approved_at: Moment | None = None
    passages: PassageTexts = ()


class VacancyOpened(EventData):
    """An opened vacancy. ``challenge`` says what is hard about the job; ``passages`` as in a story.

    A ``closes_at`` without a time is the end of that day, where the organisation is.
    """

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
    closes_at: MomentOrDay | None = None
    challenge: Note | None = None
    passages: PassageTexts = ()


class VacancyClosed(EventData):
    """A vacancy is closed: unsent posts are cancelled, and its links lead to the careers page."""

    vacancy_id: Id
    reason: Line | None = None


class ApplicationReceived(EventData):
    """An applicant's step in the ATS. Carries no personal data.

    ``link_code`` is the short link that led to it; ``reference`` what the careers page handed on: the
    codes of every short link that the applicant came by, first to last (see docs/attribution.md). The
    stage ``erased``: the ATS erased the applicant. Their steps still count, without an applicant.
    """

    application_id: Id
    vacancy_id: Id
    link_code: Line | None = None
    reference: Line | None = None
    stage: Literal["applied", "interview", "hired", "rejected", "erased"]
    at: Moment


#: A campaign does not wait longer than this to widen by itself.
LONGEST_WAIT = timedelta(days=60)


class Launch(StrEnum):
    #: Everybody who fits is asked at once.
    EVERYBODY = "everybody"
    #: The five to ten best are asked; the others when the campaign is widened.
    HANDFUL = "handful"
    #: People are asked only after a manager looked at the audience.
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """``widen_after``: the pause before a launch widens by itself; None: only by hand."""

    launch: Launch = Launch.EVERYBODY
    widen_after: timedelta | None = None

    def as_extensions(self) -> dict[str, Any]:
        extensions: dict[str, Any] = {"launch": self.launch.value}
        if self.widen_after is not None:
            extensions["widenafterhours"] = int(self.widen_after / timedelta(hours=1))
        return extensions


def read_launch_plan(extensions: Mapping[str, Any]) -> LaunchPlan:
    """The plan in an event's extension attributes. Raises Rejected for one that makes no sense."""
    named = extensions.get("launch", Launch.EVERYBODY.value)
    if named not in set(Launch):
        raise Rejected(
            message("event.launch", '"launch" names no way to begin a campaign'),
            remedy=message(
                "do.write-launch", "Write one of: {names}; or leave it out.", names=tuple(Launch)
            ),
        )
    launch = Launch(named)
    hours = extensions.get("widenafterhours")
    if hours is None:
        return LaunchPlan(launch=launch)
    longest = int(LONGEST_WAIT / timedelta(hours=1))
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= longest:
        raise Rejected(
            message("event.widen-hours", '"widenafterhours" is not a number of hours'),
            remedy=message("do.write-hours", "Write 1 to {most}.", most=longest),
        )
    if launch is not Launch.HANDFUL:
        raise Rejected(
            message("event.widen-without-handful", '"widenafterhours" needs a handful to widen'),
            remedy=message("do.add-launch", 'Add "launch": "handful".'),
        )
    return LaunchPlan(launch=launch, widen_after=timedelta(hours=hours))
