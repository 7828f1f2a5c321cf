"""Statuses and their images: created, counted, shown and deleted.

Source: https://docs.joinmastodon.org/methods/statuses/
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.mastodon.access import NETWORK
from connectors.sandbox.state.members import Member
from connectors.sandbox.state.posts import Period, Post, first_link, recognise, snowflake

#: How long the server remembers an Idempotency-Key.
IDEMPOTENCY_MS = 60 * 60 * 1000
_MAX_IMAGES = 4
_MOST_IDS = 40
_BLANKS = "\0\t\n\v\f\r "  # what Ruby's strip takes off


def create(networks: Networks, call: Call, member: Member) -> Answer:
    """Publish a status; a repeated Idempotency-Key returns the one that it made before."""
    now_ms = networks.clock.now_ms()
    sequence = networks.posts.next_sequence()
    key = call.headers.get("idempotency-key")
    fingerprint = hashlib.sha256((f"key {key}" if key else f"number {sequence}").encode()).digest()
    earlier = networks.posts.duplicate(
        network=NETWORK, member=member.key, fingerprint=fingerprint, deleted_after_ms=0
    )
    if earlier is not None and now_ms - earlier.created_ms < IDEMPOTENCY_MS:
        if earlier.deleted_ms is not None:
            raise refusals.not_found()
        call.trace.post_id, call.trace.text = earlier.post_id, earlier.text
        return Answer.json(200, described(networks, earlier))
    text, media_ids = _checked(networks, call, member)
    post = Post(
        post_id=snowflake(moment_ms=now_ms, sequence=sequence),
        network=NETWORK,
        member=member.key,
        raw=text,
        text=text,
        content={"media_ids": media_ids} if media_ids else {},
        link=first_link(text),
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    return Answer.json(200, described(networks, post))


def read(networks: Networks, call: Call, _member: Member) -> Answer:
    """Return one status."""
    return Answer.json(200, described(networks, _live(networks, call.parameters["id"])))


def read_many(networks: Networks, call: Call, _member: Member) -> Answer:
    """Return the statuses of ``id[]`` that are there; the others are left out."""
    ids = [value for name, value in parse_qsl(call.raw_query) if name == "id[]"]
    if len(ids) > _MOST_IDS:
        raise refusals.invalid(f"Too many ids: at most {_MOST_IDS}")
    found = [networks.posts.find_live(NETWORK, post_id) for post_id in ids]
    return Answer.json(200, [described(networks, post) for post in found if post])


def delete(networks: Networks, call: Call, member: Member) -> Answer:
    """Delete one of the member's own statuses."""
    post = _live(networks, call.parameters["id"])
    if post.member != member.key:
        raise refusals.not_found()
    answer = Answer.json(200, described(networks, post) | {"text": post.text})
    networks.posts.delete(post.post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post.post_id
    return answer


def _live(networks: Networks, post_id: str) -> Post:
    post = networks.posts.find_live(NETWORK, post_id)
    if post is None:
        raise refusals.not_found()
    return post


def _checked(networks: Networks, call: Call, member: Member) -> tuple[str, list[str]]:
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("Error occurred while parsing request parameters") from None
    text = body.get("status") if isinstance(body, dict) else None
    text = text.strip(_BLANKS) if isinstance(text, str) else ""
    if not text:
        raise refusals.invalid("Validation failed: Text can't be blank")
    if countable_length(text) > MAX_CHARACTERS:
        raise refusals.invalid(
            f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded"
        )
    return text, _media(networks, member, body.get("media_ids") or [])


def _media(networks: Networks, member: Member, ids: Any) -> list[str]:
    if not isinstance(ids, list) or len(ids) > _MAX_IMAGES:
        raise refusals.invalid("Validation failed: Cannot attach more than 4 files")
    found = [networks.media.find(NETWORK, str(media_id)) for media_id in ids]
    media = [each for each in found if each is not None and each.member == member.key]
    now_ms = networks.clock.now_ms()
    if len(media) != len(ids):
        raise refusals.invalid("Validation failed: Media attachments is invalid")
    if any(each.status(now_ms=now_ms) != "AVAILABLE" for each in media):
        raise refusals.invalid(
            "Cannot attach files that have not finished processing. Try again in a moment!"
        )
    return [each.media_id for each in media]


# Images: one multipart upload with its description.
#
# Source: https://docs.joinmastodon.org/methods/media/

MAX_BYTES = 16_000_000
_MAX_DESCRIPTION = 1500
_LIFETIME_MS = 86_400_000


def upload(networks: Networks, call: Call, member: Member) -> Answer:
    """Take an image and return its id."""
    file, description = call.uploads.get("file"), call.form.get("description", "")
    image = recognise(file.data) if file is not None else None
    if file is None or image is None or len(file.data) > MAX_BYTES:
        raise refusals.invalid("Validation failed: File content type is invalid or too large")
    if len(description) > _MAX_DESCRIPTION:
        raise refusals.invalid("Validation failed: Description is too long")
    now_ms = networks.clock.now_ms()
    # Beside the ids of statuses, which have the same shape.
    media_id = f"9{snowflake(moment_ms=now_ms, sequence=networks.media.next_sequence())}"
    networks.media.announce(
        media_id=media_id,
        network=NETWORK,
        member=member.key,
        ticket=None,
        expires_ms=now_ms + _LIFETIME_MS,
    )
    networks.media.store(
        media_id,
        data=file.data,
        mime=image.mime,
        width=image.width,
        height=image.height,
        available_ms=now_ms,
    )
    networks.media.describe(media_id, description)
    return Answer.json(200, {"id": media_id, "type": "image", "description": description})


# The member behind a token, and the member's recent statuses.
#
# Source: https://docs.joinmastodon.org/methods/accounts/

_MOST = 40
_ANY_ID = 2**63 - 1


def verify_credentials(_networks: Networks, _call: Call, member: Member) -> Answer:
    """Return the member that the token belongs to."""
    body = {
        "id": account_id(member),
        "username": member.handle,
        "acct": member.handle,
        "display_name": member.name,
    }
    return Answer.json(200, body)


def of_member(networks: Networks, call: Call, member: Member) -> Answer:
    """Return the member's statuses, the newest first, a page at a time."""
    if call.parameters["id"] != account_id(member):
        raise refusals.not_found()
    period = Period(
        start_ms=0,
        end_ms=_ANY_ID,
        since_id=_number(call, "since_id", 0),
        until_id=_number(call, "max_id", _ANY_ID),
        limit=min(_number(call, "limit", 20), _MOST),
        offset=0,
    )
    found = networks.posts.timeline(period, network=NETWORK, member=member.key)
    return Answer.json(200, [described(networks, post) for post in found])


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    return min(int(text), _ANY_ID) if text.isdecimal() else default


# A status as the API shows it: text as HTML, counters, and addresses.
#
# Source: https://docs.joinmastodon.org/entities/Status/

# Ids of accounts have 18 digits; the sandbox's own number makes the last ones.
_FIRST_ACCOUNT = 110_000_000_000_000_000
_LINK = re.compile(r"(https?://)([^\s<>\"']{1,30})([^\s<>\"']*)")


def account_id(member: Member) -> str:
    """Return the member's id on the server."""
    return str(_FIRST_ACCOUNT + member.key)


def described(networks: Networks, post: Post) -> dict[str, Any]:
    """Return the entity ``Status``."""
    member = networks.members.by_key(post.member)
    figures = networks.visitor.figures(post)
    address = f"{networks.options.public_url}/mastodon/@{member.handle}/{post.post_id}"
    return {
        "id": post.post_id,
        "created_at": from_milliseconds(post.created_ms).isoformat(),
        "visibility": "public",
        "uri": address,
        "url": address,
        "replies_count": figures.comments,
        "reblogs_count": figures.reshares,
        "favourites_count": figures.reactions,
        "content": as_html(post.text),
        "account": {"id": account_id(member), "acct": member.handle},
        "media_attachments": [
            {"id": media_id, "type": "image"} for media_id in post.content.get("media_ids", [])
        ],
    }


def as_html(text: str) -> str:
    """Return a text as Mastodon formats it: paragraphs, breaks, and addresses cut for the eye."""
    paragraphs = re.split(r"\n{2,}", text)
    return "".join(f"<p>{_linked(part).replace(chr(10), '<br />')}</p>" for part in paragraphs)


def _linked(text: str) -> str:
    parts, position = [], 0
    for found in _LINK.finditer(text):
        scheme, shown, rest = (escape(part, quote=True) for part in found.groups())
        parts.append(escape(text[position : found.start()], quote=True))
        parts.append(
            f'<a href="{escape(found[0], quote=True)}" target="_blank" rel="nofollow noopener"'
            f' translate="no"><span class="invisible">{scheme}</span>'
            f'<span class="{"ellipsis" if rest else ""}">{shown}</span>'
            f'<span class="invisible">{rest}</span></a>'
        )
        position = found.end()
    return "".join([*parts, escape(text[position:], quote=True)])


# How Mastodon counts a status: an address is 23 characters, a remote mention its local part.
#
# Source: app/validators/status_length_validator.rb of https://github.com/mastodon/mastodon

MAX_CHARACTERS = 500
_PLACEHOLDER = "x" * 23
_ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>\"']*)?")
_MENTION = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+\w")
_JOINER = "\u200d"


def countable_length(text: str) -> int:
    """Return the number of user-perceived characters, roughly as Ruby's grapheme clusters."""
    text = _ADDRESS.sub(_PLACEHOLDER, text)
    text = _MENTION.sub(r"@\1", text)
    length, joined = 0, False
    for character in text:
        extends = unicodedata.category(character) in {"Mn", "Me"} or character == _JOINER
        if not extends and not joined:
            length += 1
        joined = character == _JOINER
    return length
