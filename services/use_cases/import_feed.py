"""Stories from RSS and Atom feeds, vacancies from schema.org JobPostings.

Ids are derived from what the feed calls an entry, so importing it again changes nothing.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import requests

from services.domain.identity import derive_id
from services.errors import Rejected, RetryLater
from services.events.catalogue import read_incoming
from services.events.cloudevent import CloudEvent

_MAX_BYTES = 5_000_000
_TIMEOUT = (5.0, 20.0)
_JOB_POSTING = re.compile(
    r"<script[^>]*type=[\"']application/ld\+json[\"'][^>]*>(.*?)</script>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^>]+>")
_PARAGRAPH = re.compile(r"</(p|div|li|h[1-6])>|<br\s*/?>", re.IGNORECASE)


def read_feed(source: str, *, language: str, now: datetime) -> list[CloudEvent]:
    """The events of a feed or page, valid ones only.

    ``source`` is an http(s) address or a file. Raises Rejected when it holds neither entries nor
    JobPostings, RetryLater when the address does not answer.
    """
    raw = _fetch(source) if urlsplit(source).scheme in ("http", "https") else _load(source)
    postings = list(_job_postings(raw))
    if postings:
        events = [_vacancy(posting, source, language, now) for posting in postings]
    else:
        feed = feedparser.parse(raw, sanitize_html=True)
        language = str(feed.feed.get("language") or language)
        events = [_story(entry, source, language, now) for entry in feed.entries]
    if not events:
        raise Rejected(
            f"{source} holds no entries", remedy="Give an RSS or Atom feed, or a JobPosting."
        )
    for event in events:
        read_incoming(event)
    return events


def _fetch(address: str) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        try:
            with session.get(
                address, timeout=_TIMEOUT, stream=True, allow_redirects=False
            ) as answer:
                answer.raise_for_status()
                if answer.is_redirect:
                    raise Rejected(
                        f"{address} leads to {answer.headers['Location']}",
                        remedy="Give that address, if it is the right one.",
                    )
                raw: bytes = answer.raw.read(_MAX_BYTES + 1, decode_content=True)
        except requests.RequestException as error:
            raise RetryLater(f"{address} does not answer: {type(error).__name__}") from error
    return _within_limit(raw, address)


def _load(path: str) -> bytes:
    try:
        return _within_limit(Path(path).read_bytes(), path)
    except OSError as error:
        raise Rejected(f"{path} cannot be read: {error.strerror}") from error


def _within_limit(raw: bytes, source: str) -> bytes:
    if len(raw) > _MAX_BYTES:
        raise Rejected(f"{source} is larger than {_MAX_BYTES:,} bytes")
    return raw


def _story(entry: Mapping[str, Any], source: str, language: str, now: datetime) -> CloudEvent:
    name = str(entry.get("id") or entry.get("link") or entry.get("title") or "")
    contents = entry.get("content") or [{"value": entry.get("summary") or entry.get("title")}]
    data: dict[str, Any] = {
        "story_id": derive_id("feed", name),
        "title": _plain(entry.get("title") or ""),
        "body": _plain(contents[0].get("value") or ""),
        "language": language,
        "topics": [str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")][:10],
    }
    if entry.get("link"):
        data["url"] = str(entry["link"])
    if entry.get("author"):
        data["author"] = {"name": _plain(entry["author"])}
    return _event("story.approved", data, name=name, source=source, now=now)


def _job_postings(raw: bytes) -> Iterator[Mapping[str, Any]]:
    """JobPostings in a JSON-LD document, or in the scripts of an HTML page."""
    text = raw.decode("utf-8", "replace")
    scripts = [text] if text.lstrip()[:1] in "[{" else _JOB_POSTING.findall(text)
    for script in scripts:
        try:
            document = json.loads(script)
        except ValueError:
            continue
        nodes = document if isinstance(document, list) else [document]
        for node in nodes:
            for item in node.get("@graph", [node]) if isinstance(node, dict) else []:
                if isinstance(item, dict) and item.get("@type") == "JobPosting":
                    yield item


def _vacancy(posting: Mapping[str, Any], source: str, language: str, now: datetime) -> CloudEvent:
    identifier = posting.get("identifier")
    if isinstance(identifier, dict):
        identifier = identifier.get("value")
    name = str(identifier or posting.get("url") or posting.get("title") or "")
    data: dict[str, Any] = {
        "vacancy_id": name or derive_id("posting", source),
        "title": _plain(posting.get("title") or ""),
        "description": _plain(posting.get("description") or ""),
        "language": str(posting.get("inLanguage") or language),
        "url": str(posting.get("url") or source),
    }
    place = posting.get("jobLocation")
    place = place[0] if isinstance(place, list) and place else place
    if isinstance(place, dict) and isinstance(place.get("address"), dict):
        data["location"] = str(place["address"].get("addressLocality") or "") or None
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
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _event(kind: str, data: dict[str, Any], *, name: str, source: str, now: datetime) -> CloudEvent:
    return CloudEvent(
        id=derive_id("import", kind, name),
        source=source[:1000],
        type=kind,
        time=now,
        subject=name[:1000] or None,
        data=data,
    )


def _plain(markup: Any) -> str:
    """Text with blank lines between paragraphs; tags and entities resolved."""
    text = _TAG.sub("", _PARAGRAPH.sub("\n", str(markup)))
    lines = [" ".join(line.split()) for line in html.unescape(text).split("\n")]
    return "\n\n".join(line for line in lines if line)
