"""Creating and deleting posts on X, their images, the weighted length of a text, and how X gives it back.

Source: https://docs.x.com/x-api/posts/create-post
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Any

from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.state.posts import X_EPOCH_MS, Medium, Post, recognise, snowflake
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller, charge

# The weighted length of a post, after twitter-text's configuration v3.
#
# Written for the sandbox alone: it checks what the product computes, so it shares no code with it.
# Source: https://docs.x.com/fundamentals/counting-characters. Two simplifications, both on the
# generous side: a bare domain needs one of the endings below, and every well-formed joined emoji
# sequence counts as one emoji, whether or not a font draws it so.

MAX_WEIGHT = 280
_URL_WEIGHT = 23
_LIGHT = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

_ENDINGS = "|".join(
    ending
    for line in (resources.files(__package__) / "endings.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for ending in line.split()
)
_ENDING = rf"(?:{_ENDINGS}|xn--[a-z0-9-]+)(?![0-9a-zA-Z@+-])"
# Anything but white space and ASCII punctuation; a hyphen and an underscore only further on.
# A run is taken as a whole and never entered again, so that a scan is linear in the text.
_LETTER = r"(?:(?!https?://)[^\s!-,./:-@\[-^`{-~])"
_RUN = re.compile(
    r"(?<![A-Za-z0-9@＠$#＃])(?P<scheme>https?://)?"
    rf"[^\s!-/:-@\[-`{{-~]{_LETTER}*+(?:\.{_LETTER}++)*+",
    re.IGNORECASE,
)
# Without a scheme only the part in Latin letters is an address.
_LATIN_RUN = re.compile(r"[-a-z0-9\u00c0-\u024f]++(?:\.[-a-z0-9\u00c0-\u024f]++)*+", re.IGNORECASE)
_ENDED = re.compile(r"(?![0-9a-zA-Z@+-])")
_DOT_ENDING = re.compile(rf"\.{_ENDING}", re.IGNORECASE)
_REST = re.compile(
    r"(?::\d+)?(?:/[\w!*';:=+,.$/%#\[\]\-–~@|&()]*)?"
    r"(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*)?"
)
_TRAILING = re.compile(r"[!*';:,.$%\[\]~|@&()?–]+$")

_ONE = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    "|(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139]\ufe0f)"
    "|[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?)"
)
_EMOJI = re.compile(f"{_ONE}(?:\u200d{_ONE})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A place in a text that X turns into a link, and where it leads."""

    start: int
    end: int
    target: str


def weigh(text: str) -> int:
    """Return the weighted length; at most 280 may be posted."""
    text = unicodedata.normalize("NFC", text)
    weight, at = 0, 0
    for address in addresses(text):
        weight += _plain(text[at : address.start]) + _URL_WEIGHT
        at = address.end
    return weight + _plain(text[at:])


def addresses(text: str) -> list[Address]:
    """Return every address in a text, also a domain without a scheme."""
    found: list[Address] = []
    for run in _RUN.finditer(text):
        for start, end in _hosts(text, run):
            rest = _REST.match(text, end) if end == run.end() else None
            url = _without_punctuation(text[start : rest.end() if rest else end])
            # A host within the path of the address before it is part of that.
            if not found or start >= found[-1].end:
                target = url if "://" in url else f"http://{url}"
                found.append(Address(start=start, end=start + len(url), target=target))
    return found


def _hosts(text: str, run: re.Match[str]) -> list[tuple[int, int]]:
    if run["scheme"] is not None:
        return _to_its_ending(text, run.span())
    if text[max(run.start() - 1, 0) : run.start()] in {"-", "_", ".", "/"}:
        return []
    return [
        host
        for latin in _LATIN_RUN.finditer(text, run.start(), run.end())
        for host in _to_its_ending(text, latin.span())
    ]


def _to_its_ending(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    ends = [ending.end() for ending in _DOT_ENDING.finditer(text, *span)]
    # The pattern does not see what follows the span.
    if ends and _ENDED.match(text, ends[-1]) is None:
        ends.pop()
    return [(span[0], ends[-1])] if ends else []


def _without_punctuation(url: str) -> str:
    trailing = _TRAILING.search(url)
    if trailing is None:
        return url
    bare = url[: trailing.start()]
    # A closing parenthesis belongs to the address when its opening one does.
    if trailing[0].startswith(")") and bare.count("(") > bare.count(")"):
        return bare + ")"
    return bare


def _plain(text: str) -> int:
    weight, at = 0, 0
    for emoji in _EMOJI.finditer(text):
        weight += sum(map(_weight, text[at : emoji.start()])) + 2
        at = emoji.end()
    return weight + sum(map(_weight, text[at:]))


def _weight(character: str) -> int:
    code = ord(character)
    return 1 if any(low <= code <= high for low, high in _LIGHT) else 2


# How X gives a post back: addresses wrapped by t.co, three characters as HTML entities.
#
# Source: https://docs.x.com/x-api/fundamentals/data-dictionary (text, entities.urls). A client that
# looks for its own post has to compare ``entities.urls[].expanded_url``, not the bare text.

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def stored_text(text: str) -> str:
    """Return the ``text`` field of a post."""
    return _render(text)[0]


def url_entities(text: str) -> list[dict[str, Any]]:
    """Return ``entities.urls`` of a post; positions count characters of `stored_text`."""
    return _render(text)[1]


def _render(text: str) -> tuple[str, list[dict[str, Any]]]:
    parts: list[str] = []
    entities: list[dict[str, Any]] = []
    length, at = 0, 0
    for address in addresses(text):
        before = text[at : address.start].translate(_ENTITIES)
        short = _short(address)
        parts += [before, short]
        start = length + len(before)
        length = start + len(short)
        at = address.end
        entities.append(
            {
                "start": start,
                "end": length,
                "url": short,
                "expanded_url": address.target,
                "display_url": address.target.partition("://")[2][:30],
            }
        )
    parts.append(text[at:].translate(_ENTITIES))
    return "".join(parts), entities


def _short(address: Address) -> str:
    digest = hashlib.sha256(address.target.encode()).digest()
    return f"https://t.co/{base64.b32encode(digest)[:10].decode()}"


_MAX_IMAGES = 4
# However long its addresses are; what is longer is not worth weighing.
_MAX_CHARACTERS = 10_000
_KNOWN = frozenset({"text", "media", "reply", "quote_tweet_id", "reply_settings", "made_with_ai"})


def create(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Publish a post: 201 with its id and its text as X stores it."""
    body = _checked_body(call)
    text = body.get("text", "")
    if len(text) > _MAX_CHARACTERS or weigh(text) > MAX_WEIGHT:
        raise refusals.too_long()
    images = _images(networks, caller, body)
    fingerprint = _fingerprint(text, images)
    earlier = networks.posts.duplicate(
        network="x", member=caller.member.key, fingerprint=fingerprint, deleted_after_ms=None
    )
    if earlier is not None:
        raise refusals.duplicate()
    links = addresses(text)
    charge(networks, "post_with_url" if links else "post")
    now_ms = networks.clock.now_ms()
    sequence = networks.posts.next_sequence()
    post = Post(
        post_id=snowflake(moment_ms=now_ms, sequence=sequence, epoch_ms=X_EPOCH_MS),
        network="x",
        member=caller.member.key,
        raw=text,
        text=text,
        content={"media_ids": [image.media_id for image in images]} if images else {},
        link=links[0].target if links else None,
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    data = {
        "id": post.post_id,
        "text": stored_text(text),
        "edit_history_tweet_ids": [post.post_id],
    }
    return Answer.json(201, {"data": data})


def delete(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Delete one of the member's own posts."""
    post_id = call.parameters["id"]
    post = networks.posts.find_live("x", post_id)
    if post is None:
        raise refusals.not_found("tweet", "id", post_id)
    if post.member != caller.member.key:
        raise refusals.forbidden("You are not authorized to delete this Tweet.")
    charge(networks, "post_delete")
    networks.posts.delete(post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post_id
    return Answer.json(200, {"data": {"deleted": True}})


def _checked_body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("body", "", "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise refusals.invalid("body", "", "The request body must be a JSON object.")
    for name in body:
        if name not in _KNOWN:
            raise refusals.invalid(name, str(body[name]), f"$.{name}: is not defined in the schema")
    text = body.get("text", "")
    if not isinstance(text, str):
        raise refusals.invalid("text", str(text), "$.text: must be a string")
    if not text.strip() and not body.get("media"):
        raise refusals.invalid("text", text, "Tweet text or media is required.")
    return body


def _images(networks: Networks, caller: Caller, body: dict[str, Any]) -> list[Medium]:
    if body.get("media") is None:
        return []
    ids = body["media"].get("media_ids") if isinstance(body["media"], dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= _MAX_IMAGES:
        raise refusals.invalid("media.media_ids", str(ids), "$.media.media_ids: 1 to 4 are allowed")
    now_ms = networks.clock.now_ms()
    found: list[Medium] = []
    for media_id in ids:
        medium = networks.media.find("x", str(media_id))
        if medium is None or medium.member != caller.member.key or medium.expires_ms <= now_ms:
            raise refusals.invalid("media.media_ids", str(media_id), "Your media IDs are invalid.")
        found.append(medium)
    return found


def _fingerprint(text: str, images: list[Medium]) -> bytes:
    digests = [image.digest.hex() for image in images if image.digest is not None]
    return hashlib.sha256(json.dumps([text.strip(), digests]).encode()).digest()


# Images on X: one multipart upload, then an optional text for people who do not see it.
#
# Source: https://docs.x.com/x-api/media/upload-media and .../create-media-metadata

MAX_BYTES = 5_000_000
_LIFETIME_SECONDS = 86_400
_MAX_ALT_CHARACTERS = 1000


def upload(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Take an image and return its id, which a post may use for a day."""
    medium = call.uploads.get("media")
    category = call.form.get("media_category", "")
    if category != "tweet_image":
        raise refusals.invalid("media_category", category, "The sandbox takes tweet_image only.")
    if medium is None:
        raise refusals.invalid("media", "", "The media field is required.")
    image = recognise(medium.data)
    if image is None or len(medium.data) > MAX_BYTES:
        raise refusals.invalid(
            "media", medium.name, "An image must be JPEG, PNG or GIF and at most 5 MB."
        )
    now_ms = networks.clock.now_ms()
    media_id = snowflake(
        moment_ms=now_ms, sequence=networks.media.next_sequence(), epoch_ms=X_EPOCH_MS
    )
    networks.media.announce(
        media_id=media_id,
        network="x",
        member=caller.member.key,
        ticket=None,
        expires_ms=now_ms + _LIFETIME_SECONDS * 1000,
    )
    networks.media.store(
        media_id,
        data=medium.data,
        mime=image.mime,
        width=image.width,
        height=image.height,
        available_ms=now_ms,
    )
    data = {
        "id": media_id,
        "media_key": f"3_{media_id}",
        "size": len(medium.data),
        "expires_after_secs": _LIFETIME_SECONDS,
        "image": {"image_type": image.mime, "w": image.width, "h": image.height},
    }
    return Answer.json(200, {"data": data})


def describe(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Set the alternative text of an image."""
    try:
        body = call.json()
        media_id, text = str(body["id"]), body["metadata"]["alt_text"]["text"]
    except (ValueError, KeyError, TypeError):
        raise refusals.invalid("metadata", "", "id and metadata.alt_text.text are required.") from (
            None
        )
    if not isinstance(text, str) or len(text) > _MAX_ALT_CHARACTERS:
        raise refusals.invalid("metadata.alt_text.text", "", "At most 1000 characters are allowed.")
    medium = networks.media.find("x", media_id)
    if medium is None or medium.member != caller.member.key:
        raise refusals.invalid("id", media_id, "Your media IDs are invalid.")
    charge(networks, "media_metadata")
    networks.media.describe(media_id, text)
    associated = {"alt_text": {"text": text}}
    return Answer.json(200, {"data": {"id": media_id, "associated_metadata": associated}})
