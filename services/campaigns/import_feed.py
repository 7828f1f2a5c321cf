"""Stories from RSS and Atom feeds, vacancies from schema.org JobPostings.

Ids are derived from what the feed calls an entry, so importing it again changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

import feedparser

from services.campaigns import posting_values as values
from services.campaigns.posting_values import hours, salary
from services.campaigns.source_text import LOST, SourceDocument, decoded, joined, web_address
from services.campaigns.structured_data import find_postings
from services.errors import Rejected
from services.events.cloudevent import CloudEvent
from services.events.incoming import name_of, split_author
from services.identity import derive_id
from services.message import message
from services.text.html_text import literal, one_line, plain_text
from services.text.normal_form import printable

_LONGEST_ID = 200
#: Neither name nor propertyID: all vacancies of an organisation have the same.
_IDENTIFYING = ("@value", "value", "@id")
_ADDRESSES = ("@id", "@value", "url", "value")


def check_whole(event: CloudEvent) -> None:
    """Raises Rejected when characters were lost before the text came to us."""
    if LOST in str(event.data):
        raise Rejected(
            message("import.lost-characters", "some of its characters were lost (\ufffd)"),
            remedy=message(
                "do.send-one-encoding", "Have its source send them in one encoding, best UTF-8."
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Where a document came from, and what holds where it says nothing itself."""

    source: str
    base: str
    language: str
    zone: tzinfo
    now: datetime
    is_atom: bool = False


def read_feed(
    source: SourceDocument, *, language: str, zone: tzinfo, now: datetime
) -> list[CloudEvent]:
    """The events of a feed or page; each is checked on its own when it is published.

    A day without a time is one in ``zone``. Raises Rejected when the source holds neither entries
    nor JobPostings.
    """
    text = decoded(source)
    found = find_postings(text)
    reading = _Reading(
        source=source.address,
        base=joined(source.address, found.base),
        language=values.read_language(found.language) or language,
        zone=zone,
        now=now,
    )
    if found.postings:
        events = [_vacancy(posting, reading) for posting in found.postings]
    else:
        events = _stories(text, reading)
    if not events:
        raise Rejected(
            message("feed.empty", "{source} holds no entries", source=source.address),
            remedy=message("do.give-feed", "Give an RSS or Atom feed, or a JobPosting."),
        )
    return list({event.id: event for event in events}.values())


def _stories(text: str, reading: _Reading) -> list[CloudEvent]:
    feed = _parsed(text, reading.source)
    reading = replace(
        reading,
        is_atom=str(feed.get("version")).startswith("atom"),
        language=values.read_language(feed.feed.get("language")) or reading.language,
        base=joined(reading.source, str(feed.feed.get("link") or "")),
    )
    return [_story(entry, reading) for entry in feed.entries]


def _parsed(text: str, source: str) -> Any:
    try:
        # As a stream: bytes would be tried as the name of a file first. Its charset is read already.
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
    except Exception as error:  # feedparser raises errors of any kind for a broken feed
        raise Rejected(
            message("feed.unreadable", "{source} is no readable feed", source=source),
            remedy=message(
                "do.look-into-it", "Open it and see whether it is a whole RSS or Atom feed."
            ),
        ) from error


def _story(entry: Mapping[str, Any], reading: _Reading) -> CloudEvent:
    title = _text(entry.get("title_detail"), reading.is_atom)
    contents = [*entry.get("content", ()), entry.get("summary_detail")]
    # Some feeds name an empty or shortened content.
    body = max((_text(content, reading.is_atom) for content in contents), key=len)
    name = str(entry.get("id") or entry.get("link") or entry.get("title") or "")
    data: dict[str, Any] = {
        "story_id": derive_id("feed", name),
        "title": " ".join(title.split()),
        "body": body or title,
        "language": reading.language,
        "topics": [str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")][:10],
    }
    link = str(entry.get("link") or "")
    # In RSS a guid without a link counts as one, though many are no address.
    is_guid = link == entry.get("id") and not link.startswith(("http:", "https:", "/"))
    if url := "" if is_guid else web_address(link, reading.base):
        data["url"] = url
    if author := _author(entry, reading.is_atom):
        data["author"] = author
    return _event("story.approved", data, name, reading)


def _text(detail: Mapping[str, Any] | None, atom: bool) -> str:
    """The paragraphs of one of feedparser's values; Atom says which hold no markup."""
    if detail is None:
        return ""
    read = literal if atom and detail.get("type") == "text/plain" else plain_text
    return read(str(detail.get("value") or ""))


def _author(entry: Mapping[str, Any], atom: bool) -> dict[str, str]:
    """Return name and address apart; an address alone still identifies the author."""
    authors = entry.get("authors", [])
    first: Mapping[str, Any] = next(iter(authors), {})
    if atom:  # the first; of RSS's, feedparser cuts the address
        address = str(first.get("email", ""))
        written = f"{first.get('name', '')} {address if '@' in address else ''}"
    else:
        written = str(entry.get("author") or "")
    name, email = split_author(one_line(written))
    if not atom and not name:  # RSS has the address in one element, and the name in Dublin Core's
        name = next((each["name"] for each in authors if _is_name(each)), "")
    if not email:
        return {"name": name} if name else {}
    return {"name": name or name_of(email), "email": email}


def _is_name(author: Mapping[str, Any]) -> bool:
    return bool(author.get("name")) and not author.get("email") and "@" not in author["name"]


def _vacancy(posting: Mapping[str, Any], reading: _Reading) -> CloudEvent:
    title = posting.get("title") or posting.get("name")
    language = (
        values.read_language(posting.get("inLanguage"))
        or values.language_of(title)
        or reading.language
    )
    written = values.text(posting.get("url"), holders=_ADDRESSES) or values.text(posting.get("@id"))
    url = web_address(written, reading.base) or reading.source
    identifier = one_line(values.text(posting.get("identifier"), holders=_IDENTIFYING))
    name = printable(identifier or written.strip() or values.text(title))
    details = ("responsibilities", "qualifications", "skills", "jobBenefits")
    data: dict[str, Any] = {
        "vacancy_id": name
        if 0 < len(name) <= _LONGEST_ID
        else derive_id("posting", name or reading.source),
        "title": one_line(values.text(title, language=language)),
        "description": values.prose(values.in_language(posting.get("description"), language))
        or "\n\n".join(filter(None, (values.prose(posting.get(each)) for each in details))),
        "language": language,
        "url": url,
        "location": values.location(posting, language),
        "hours": hours(posting, language),
        "salary": salary(posting, language),
        "closes_at": values.end(posting.get("validThrough"), reading.zone),
    }
    kept = {key: value for key, value in data.items() if value or key in ("title", "description")}
    return _event("vacancy.opened", kept, name, reading)


def _event(kind: str, data: dict[str, Any], name: str, reading: _Reading) -> CloudEvent:
    return CloudEvent(
        id=derive_id("import", kind, name),
        source=reading.source[:500],
        type=kind,
        time=reading.now,
        subject=printable(name)[:500] or None,
        data=data,
    )
