"""Data of the events that Zwaan itself states; any other system may read them (docs/events)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, model_validator

from services.events.incoming import EventData, Id, Line, Moment, Note
from services.language import Language

Network = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Tag = Literal["measured", "estimated", "unknown"]


class CampaignStarted(EventData):
    """A story or vacancy became a campaign; ``audience`` is the number of people asked."""

    campaign_id: Id
    kind: Literal["story", "vacancy"]
    source_id: Id
    title: Line
    audience: Annotated[int, Field(ge=0, strict=True)]
    started_at: Moment


class CampaignFinished(EventData):
    """A campaign ended; what was not sent by then is cancelled."""

    campaign_id: Id
    reason: Note = ""
    cancelled: Annotated[int, Field(ge=0, strict=True)]
    finished_at: Moment


class Asked(EventData):
    """``rank`` is unique in the campaign, from 0."""

    ambassador_id: Id
    rank: Annotated[int, Field(ge=0, strict=True)]
    reason: Note


class ShareRequested(EventData):
    """Some ambassadors of a campaign are asked to share. ``rank`` is unique in the campaign, from 0."""

    campaign_id: Id
    asked: Annotated[tuple[Asked, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="before")
    @classmethod
    def _of_one(cls, data: Any) -> Any:
        """Version 1 asked one ambassador an event; logs hold such ones for a month."""
        if isinstance(data, dict) and "ambassador_id" in data and "asked" not in data:
            asked = {name: value for name, value in data.items() if name != "campaign_id"}
            return {"campaign_id": data.get("campaign_id"), "asked": [asked]}
        return data


class PostReady(EventData):
    """A draft, or a question whose answer makes it, lies in the ambassador's inbox.

    ``angle`` is from where they speak: author, named, role, team, craft or colleague. ``overlap`` is
    the highest with another text about the same, 0–1.
    """

    post_id: Id
    campaign_id: Id
    ambassador_id: Id
    network: Network
    language: Language
    angle: str
    overlap: Annotated[float, Field(ge=0, le=1)]


class PostApproved(EventData):
    """Exactly the text with this SHA-256 is approved, to go out at ``publish_at``.

    ``consent`` is ``tap`` when the ambassador approved this very text, ``standing`` when it was
    approved under the consent that they gave for a limited time.
    """

    post_id: Id
    campaign_id: Id
    ambassador_id: Id
    network: Network
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    approved_at: Moment
    publish_at: Moment
    consent: Literal["tap", "standing"] = "tap"


class PostDeclined(EventData):
    """A draft was declined. Without the person: a decline with a reason is input, not failure."""

    post_id: Id
    campaign_id: Id
    reason: Note = ""
    declined_at: Moment


class PostTakenBack(EventData):
    """The ambassador took an approval or a decline back; the draft waits for a decision again."""

    post_id: Id
    campaign_id: Id
    network: Network
    taken_back_at: Moment


class PostCancelled(EventData):
    """The campaign ended, or its ambassador stopped sharing, before the post was sent."""

    post_id: Id
    campaign_id: Id
    network: Network
    reason: Note = ""
    cancelled_at: Moment


class PostPublishing(EventData):
    """The intent to publish the text with this SHA-256: it is stored before the network is called."""

    post_id: Id
    campaign_id: Id
    network: Network
    attempt: Annotated[int, Field(ge=1, strict=True)]
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    started_at: Moment


class PostPostponed(EventData):
    """The post is still approved and goes out later than planned; ``reason`` says why."""

    post_id: Id
    campaign_id: Id
    network: Network
    reason: Note
    publish_at: Moment
    postponed_at: Moment


class PostPublished(EventData):
    """The post is on the network. ``external_id`` and ``url`` are the network's own.

    Both are empty when only the ambassador saw that it is there.
    """

    post_id: Id
    campaign_id: Id
    network: Network
    external_id: str
    url: str
    published_at: Moment


class PostShared(EventData):
    """The ambassador says that they shared the text with this SHA-256 themselves: unconfirmed.

    ``url`` is its address as they gave it, or empty.
    """

    post_id: Id
    campaign_id: Id
    network: Network
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    url: str = ""
    shared_at: Moment


class PostFailed(EventData):
    """The network refused the post for good; ``remedy`` says what a person can do."""

    post_id: Id
    campaign_id: Id
    network: Network
    reason: Note
    remedy: Note = ""
    failed_at: Moment


class PostUnknown(EventData):
    """It is unknown whether the post went out; a person has to look. Never retried blindly."""

    post_id: Id
    campaign_id: Id
    network: Network
    reason: Note
    since: Moment


class PostDeletionAsked(EventData):
    """The ambassador wants the post off its network; it is still there."""

    post_id: Id
    campaign_id: Id
    network: Network
    asked_at: Moment


class PostDeleted(EventData):
    """The post is off its network, by us or before us; it is not measured any more."""

    post_id: Id
    campaign_id: Id
    network: Network
    deleted_at: Moment


class PostDeletionFailed(EventData):
    """The post is still there as far as we know; ``remedy`` says what a person can do."""

    post_id: Id
    campaign_id: Id
    network: Network
    reason: Note
    remedy: Note = ""
    failed_at: Moment


class LinkClicked(EventData):
    """A short link was followed. ``visitor`` is a keyed hash whose key is destroyed after a day or
    two; no IP address is ever stored. Clicks of a few milliseconds share a record (a batch)."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]
    visitor: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    method: Annotated[str, Field(max_length=10)]
    user_agent: Annotated[str, Field(max_length=300)]
    prefetch: StrictBool = False
    clicked_at: Moment


class ReachMeasured(EventData):
    """A figure about one post. ``metric`` is ours (``impressions``, ``reach``, …); an ``unknown``
    figure has no value, and a value is never made up. Where the source is a sentence of ours,
    ``source_data`` holds its code and values."""

    post_id: Id
    campaign_id: Id
    network: Network
    metric: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    tag: Tag
    value: Annotated[int, Field(ge=0, strict=True)] | None = None
    source: str
    source_data: dict[str, Any] | None = None
    measured_at: Moment
