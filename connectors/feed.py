"""A feed or page that an operator named, from its address or a file. Nothing is followed.

As for every host that we ask: https, and plain http on loopback alone; no proxy, password or
certificate from the environment.
"""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.exceptions import InvalidSchema, InvalidURL

from services.campaigns.source_text import SourceDocument
from services.errors import Rejected, RetryLater
from services.message import message
from services.text.web_address import is_loopback

_MAX_BYTES = 5_000_000
_TIMEOUT = (5.0, 20.0)
_MOST_SECONDS = 60.0


def fetch_feed(source: str) -> SourceDocument:
    """Return the content of ``source``, an address or a file.

    Raises Rejected for an address or a file that cannot be used, RetryLater when the address does
    not answer.
    """
    if source.lower().startswith(("http://", "https://")):
        return _fetch(source)
    return SourceDocument(raw=_load(source), address=source)


def _check(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host:
        raise Rejected(
            message("address.none", "this is not an address"),
            remedy=message("do.correct", "Correct it."),
        )
    if "@" in parts.netloc:
        raise Rejected(
            message("address.password", "an address may hold no password"),
            remedy=message("do.leave-out", "Leave it out."),
        )
    if parts.scheme != "https" and not is_loopback(host):
        raise Rejected(
            message("address.not-encrypted", "{address} is not encrypted", address=address),
            remedy=message("do.give-https", "Give its address that begins with https://."),
        )


def _fetch(address: str) -> SourceDocument:
    _check(address)
    with requests.Session() as session:
        session.trust_env = False
        try:
            with session.get(
                address, timeout=_TIMEOUT, stream=True, allow_redirects=False
            ) as answer:
                if answer.is_redirect:
                    raise Rejected(
                        message(
                            "address.moved",
                            "{address} leads to {other}",
                            address=address,
                            other=answer.headers["Location"],
                        ),
                        remedy=message(
                            "do.give-that-address", "Give that address, if it is the right one."
                        ),
                    )
                if 400 <= answer.status_code < 500:
                    raise Rejected(
                        message(
                            "address.answered",
                            "{address} answered {status}",
                            address=address,
                            status=answer.status_code,
                        ),
                        remedy=message("do.correct-address", "Correct the address."),
                    )
                answer.raise_for_status()
                return SourceDocument(
                    raw=_read_within_limit(answer, address),
                    address=address,
                    content_type=answer.headers.get("Content-Type", ""),
                )
        except (InvalidURL, InvalidSchema, UnicodeError) as error:
            raise Rejected(
                message("address.unreadable", "{address} is not an address", address=address),
                remedy=message("do.correct", "Correct it."),
            ) from error
        except requests.RequestException as error:
            raise RetryLater(
                message(
                    "address.no-answer",
                    "{address} does not answer ({fault}); try again later, or correct it",
                    address=address,
                    fault=type(error).__name__,
                )
            ) from error


def _read_within_limit(answer: requests.Response, address: str) -> bytes:
    deadline = time.monotonic() + _MOST_SECONDS
    raw = bytearray()
    for chunk in answer.iter_content(65_536):
        raw += chunk
        if len(raw) > _MAX_BYTES:
            raise _too_large(address)
        if time.monotonic() > deadline:
            raise RetryLater(
                message(
                    "address.slow",
                    "{address} takes longer than {seconds} seconds; try again later",
                    address=address,
                    seconds=round(_MOST_SECONDS),
                )
            )
    return bytes(raw)


def _load(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Rejected(
            message(
                "file.unreadable", "{path} cannot be read: {fault}", path=path, fault=str(reason)
            ),
            remedy=message("do.name-feed-file", "Name a feed's file."),
        ) from error
    if len(raw) > _MAX_BYTES:
        raise _too_large(path)
    return raw


def _too_large(source: str) -> Rejected:
    return Rejected(
        message(
            "feed.too-large",
            "{source} is larger than {limit} bytes",
            source=source,
            limit=_MAX_BYTES,
        ),
        remedy=message("do.give-shorter-feed", "Give a feed with fewer entries."),
    )
