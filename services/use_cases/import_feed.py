"""Stories from RSS and Atom feeds, vacancies from schema.org JobPostings.

Ids are derived from what the feed calls an entry, so importing it again changes nothing.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any

import feedparser

from services.domain.html_text import literal, one_line, plain_text
from services.domain.identity import derive_id
from services.domain.post import printable
from services.errors import Rejected
from services.events.cloudevent import CloudEvent

# No part of these can run past the next "<": a hostile page must not cost quadratic time.
_LINKED_DATA = re.compile(
    r"<script\b[^<>]*\btype\s*=\s*[\"']?application/ld\+json[^<>]*>", re.IGNORECASE
)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)


def read_feed(raw: bytes, *, source: str, language: str, now: datetime) -> list[CloudEvent]:
    """The events of a feed or page; each is checked on its own when it is published.

    ``source`` is where it came from. Raises Rejected when it holds neither entries nor JobPostings.
    """
    postings = list(_job_postings(raw))
    if postings:
        events = [_vacancy(posting, source, language, now) for posting in postings]
    else:
        # As a stream: bytes would be tried as the name of a file first.
        feed = feedparser.parse(io.BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
        language = str(feed.feed.get("language") or language)
        atom = str(feed.get("version")).startswith("atom")
        events = [_story(entry, atom, source, language, now) for entry in feed.entries]
    if not events:
        raise Rejected(
            f"{source} holds no entries", remedy="Give an RSS or Atom feed, or a JobPosting."
        )
    return events


def _story(
    entry: Mapping[str, Any], atom: bool, source: str, language: str, now: datetime
) -> CloudEvent:
    title = _text(entry.get("title_detail"), atom)
    contents = [*entry.get("content", ()), entry.get("summary_detail")]
    # Some feeds name an empty or shortened content.
    body = max((_text(content, atom) for content in contents), key=len)
    name = str(entry.get("id") or entry.get("link") or entry.get("title") or "")
    data: dict[str, Any] = {
        "story_id": derive_id("feed", name),
        "title": " ".join(title.split()),
        "body": body or title,
        "language": language,
        "topics": [str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")][:10],
    }
    # In RSS a guid without a link counts as one, though many are no address.
    if str(entry.get("link") or "").startswith(("http://", "https://")):
        data["url"] = str(entry["link"])
    if entry.get("author"):
        data["author"] = {"name": one_line(str(entry["author"]))}
    return _event("story.approved", data, name=name, source=source, now=now)


def _text(detail: Mapping[str, Any] | None, atom: bool) -> str:
    """The paragraphs of one of feedparser's values; Atom says which hold no markup."""
    if detail is None:
        return ""
    read = literal if atom and detail.get("type") == "text/plain" else plain_text
    return read(str(detail.get("value") or ""))


def _job_postings(raw: bytes) -> Iterator[Mapping[str, Any]]:
    """JobPostings in a JSON-LD document, or in the scripts of an HTML page."""
    text = raw.decode("utf-8", "replace")
    scripts = [text] if text.lstrip()[:1] in ("[", "{") else _linked_data(text)
    for script in scripts:
        try:
            document = json.loads(script)
        except (ValueError, RecursionError):
            continue
        for node in document if isinstance(document, list) else [document]:
            graph = node.get("@graph", [node]) if isinstance(node, dict) else []
            for item in graph if isinstance(graph, list) else [graph]:
                if isinstance(item, dict) and "JobPosting" in _listed(item.get("@type")):
                    yield item


def _linked_data(page: str) -> Iterator[str]:
    position = 0
    while found := _LINKED_DATA.search(page, position):
        end = _SCRIPT_END.search(page, found.end())
        if end is None:
            return
        yield page[found.end() : end.start()]
        position = end.end()


def _listed(value: Any) -> Sequence[Any]:
    """JSON-LD writes one thing alone and several as a list."""
    return value if isinstance(value, list) else [value]


def _vacancy(posting: Mapping[str, Any], source: str, language: str, now: datetime) -> CloudEvent:
    identifier = posting.get("identifier")
    if isinstance(identifier, dict):
        identifier = identifier.get("value")
    name = str(identifier or posting.get("url") or posting.get("title") or "")
    data: dict[str, Any] = {
        "vacancy_id": name or derive_id("posting", source),
        "title": one_line(str(posting.get("title") or "")),
        "description": plain_text(str(posting.get("description") or "")),
        "language": str(posting.get("inLanguage") or language),
        "url": str(posting.get("url") or source),
    }
    for place in _listed(posting.get("jobLocation"))[:1]:
        if isinstance(place, dict) and isinstance(place.get("address"), dict):
            data["location"] = one_line(str(place["address"].get("addressLocality") or "")) or None
    if posting.get("validThrough"):
        data["closes_at"] = _moment(str(posting["validThrough"]))
    return _event(
        "vacancy.opened",
        {key: value for key, value in data.items() if value is not None},
        name=name,
        source=source,
        now=now,
    )


def _moment(text: str) -> str:
    """RFC 3339. A date without a time means: up to the end of that day."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text  # refused with the name of its field, as every other wrong value
    if len(text) == len("2026-11-24"):
        moment = datetime.combine(moment, time_of_day(23, 59, 59))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _event(kind: str, data: dict[str, Any], *, name: str, source: str, now: datetime) -> CloudEvent:
    return CloudEvent(
        id=derive_id("import", kind, name),
        source=source[:500],
        type=kind,
        time=now,
        subject=printable(name)[:500] or None,
        data=data,
    )
