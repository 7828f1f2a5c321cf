r"""The Posts API, the little text format in which it takes a text, and the Images API before it: announce,
then upload all bytes with one PUT.

Sources: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api,
.../shares/images-api and .../shares/little-text-format. Of that format
``\ | { } @ [ ] ( ) < > # * _ ~`` are reserved and need a backslash. Legal without one are a hashtag
``#Tag``, the template ``{hashtag|\#|Tag}`` and a mention ``@[Name](urn:li:…:1)``. At the first other
reserved character LinkedIn ends the text, without an error.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.linkedin import refusals
from connectors.sandbox.linkedin.access import Caller, identify, require_scope, require_version
from connectors.sandbox.state.posts import Post, first_link, recognise, snowflake

#: The product of width and height must stay below this.
MAX_PIXELS = 36_152_320
_UPLOAD_SECONDS = 24 * 3600


def initialize_image(networks: Networks, call: Call) -> Answer:
    """Return an upload address and the URN of the image that will be there."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"images.ACTION.{version}")
    if call.query.get("action") != "initializeUpload":
        raise refusals.invalid("The only action is initializeUpload")
    try:
        owner = call.json()["initializeUploadRequest"]["owner"]
    except (ValueError, KeyError, TypeError):
        raise refusals.invalid(
            "ERROR :: /initializeUploadRequest/owner :: field is required but not found",
            "VALIDATION_ERROR",
            status=422,
        ) from None
    if owner != caller.member.urn:
        raise refusals.access_denied(f"images.ACTION.{version} for owner {owner}")
    ticket = secrets.token_urlsafe(24)
    urn = f"urn:li:image:C4D{secrets.token_hex(12)}"
    expires_ms = networks.clock.now_ms() + _UPLOAD_SECONDS * 1000
    networks.media.announce(
        media_id=urn,
        network="linkedin",
        member=caller.member.key,
        ticket=ticket,
        expires_ms=expires_ms,
    )
    base = networks.options.public_url.rstrip("/")
    value = {
        "uploadUrlExpiresAt": expires_ms,
        "uploadUrl": f"{base}/linkedin/dms-uploads/{ticket}",
        "image": urn,
    }
    return Answer.json(200, {"value": value})


def upload_image(networks: Networks, call: Call) -> Answer:
    """Take any bytes: 201. What is no image fails in processing."""
    medium = networks.media.by_ticket(call.parameters["ticket"])
    now_ms = networks.clock.now_ms()
    if medium is None or medium.expires_ms <= now_ms or medium.stored_status != "WAITING_UPLOAD":
        return Answer(status=403)
    call.trace.member = networks.members.by_key(medium.member).email
    image = recognise(call.body)
    if image is None or image.pixels > MAX_PIXELS:
        networks.media.fail(medium.media_id)
    else:
        processing_ms = round(networks.options.linkedin_image_processing_seconds * 1000)
        networks.media.store(
            medium.media_id,
            data=call.body,
            mime=image.mime,
            width=image.width,
            height=image.height,
            available_ms=now_ms + processing_ms,
        )
    return Answer(status=201)


def read_image(networks: Networks, call: Call) -> Answer:
    """Refuse: a member's own token cannot read the status of an image."""
    version = require_version(networks, call)
    identify(networks, call)
    raise refusals.access_denied(f"images.GET.{version}")


MAX_CHARACTERS = 3000
#: Calls a day, reset at 00:00 UTC; shown to apps in the developer portal, reported by others.
PER_MEMBER_PER_DAY = 150
PER_APP_PER_DAY = 100_000


def create(networks: Networks, call: Call) -> Answer:
    """Publish a post: 201, no body, its URN in ``x-restli-id``."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"posts.CREATE.{version}")
    _count(networks, caller)
    body = post_body(call)
    if body["author"] != caller.member.urn:
        raise refusals.access_denied(f"posts.CREATE.{version} for author {body['author']}")
    text = read_little_text(body["commentary"])
    if text.length > MAX_CHARACTERS:
        raise refusals.invalid(
            f"commentary has {text.length} characters, at most {MAX_CHARACTERS} are allowed",
            "TEXT_LENGTH_MAX_EXCEEDED",
        )
    content = check_content(networks, caller, body.get("content"))
    post = _store(networks, caller, body, text.displayed, content)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    return Answer(status=201, headers=(("x-restli-id", post.post_id),))


def delete(networks: Networks, call: Call) -> Answer:
    """Delete one of the member's own posts: 204, or 404 when it is not there."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"posts.DELETE.{version}")
    post = networks.posts.find_live("linkedin", call.parameters["urn"])
    if post is None:
        raise refusals.not_found(f"Post {call.parameters['urn']}")
    if post.member != caller.member.key:
        raise refusals.access_denied(f"posts.DELETE.{version}")
    networks.posts.delete(post.post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post.post_id
    return Answer(status=204)


def read(networks: Networks, call: Call) -> Answer:
    """Refuse: ``r_member_social`` is a closed permission, so no token may read."""
    version = require_version(networks, call)
    identify(networks, call)
    raise refusals.access_denied(f"posts.GET.{version}")


def _count(networks: Networks, caller: Caller) -> None:
    member = networks.limits.count_day(
        f"linkedin/posts/{caller.client_id}/{caller.member.key}", limit=PER_MEMBER_PER_DAY
    )
    app = networks.limits.count_day(f"linkedin/posts/{caller.client_id}", limit=PER_APP_PER_DAY)
    if member is not None and member.exceeded:
        raise refusals.throttled("MEMBER")
    if app is not None and app.exceeded:
        raise refusals.throttled("APPLICATION")


def _store(
    networks: Networks, caller: Caller, body: dict[str, Any], text: str, content: dict[str, Any]
) -> Post:
    now_ms = networks.clock.now_ms()
    fingerprint = hashlib.sha256(json.dumps([text, content], sort_keys=True).encode()).digest()
    ghosts_ms = round(networks.options.linkedin_ghost_hours * 3_600_000)
    earlier = networks.posts.duplicate(
        network="linkedin",
        member=caller.member.key,
        fingerprint=fingerprint,
        deleted_after_ms=now_ms - ghosts_ms,
    )
    if earlier is not None:
        raise refusals.duplicate(earlier.post_id)
    sequence = networks.posts.next_sequence()
    post = Post(
        post_id=f"urn:li:share:{snowflake(moment_ms=now_ms, sequence=sequence)}",
        network="linkedin",
        member=caller.member.key,
        raw=body["commentary"],
        text=text,
        content=content,
        link=content.get("article", {}).get("source") or first_link(text),
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    return post


_REQUIRED = ("author", "commentary", "visibility", "distribution", "lifecycleState")
_OPTIONAL = frozenset({"content", "isReshareDisabledByAuthor", "contentLandingPage"})
_VISIBILITIES = frozenset({"PUBLIC", "CONNECTIONS", "LOGGED_IN"})
_FEEDS = frozenset({"MAIN_FEED", "NONE"})


def post_body(call: Call) -> dict[str, Any]:
    """Return the body of a new post. Raises Refusal with 400 (no JSON) or 422 (wrong fields)."""
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise refusals.invalid("The request body must be a JSON object")
    _check_names(body)
    _check_values(body)
    return body


def reject(field: str, reason: str) -> NoReturn:
    """Raise Refusal with 422 that names a field."""
    raise refusals.invalid(f"ERROR :: /{field} :: {reason}", "VALIDATION_ERROR", status=422)


def _check_names(body: dict[str, Any]) -> None:
    for name in _REQUIRED:
        if name not in body:
            reject(name, "field is required but not found and has no default value")
    for name in body:
        if name not in _REQUIRED and name not in _OPTIONAL:
            reject(name, "unrecognized field found but not allowed")


def _check_values(body: dict[str, Any]) -> None:
    for name in ("author", "commentary"):
        if not isinstance(body[name], str):
            reject(name, "is not a string")
    if body["visibility"] not in _VISIBILITIES:
        reject("visibility", "is not an enum symbol")
    if body["lifecycleState"] != "PUBLISHED":
        reject("lifecycleState", "must be PUBLISHED")
    distribution = body["distribution"]
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in _FEEDS:
        reject("distribution/feedDistribution", "is not an enum symbol")
    if not body["commentary"].strip() and "content" not in body:
        reject("commentary", "must not be empty without content")


_MULTI_IMAGE = range(2, 21)
_FIELDS = {
    "article": frozenset({"source", "title", "description", "thumbnail", "thumbnailAltText"}),
    "media": frozenset({"id", "altText", "title"}),
    "multiImage": frozenset({"images", "altText"}),
}


def check_content(networks: Networks, caller: Caller, content: object) -> dict[str, Any]:
    """Return the content of a post as it is stored. Raises Refusal with 400 or 422."""
    if content is None:
        return {}
    if not isinstance(content, dict) or len(content) != 1:
        reject("content", "must have exactly one member of the union")
    ((kind, value),) = content.items()
    if kind not in _FIELDS or not isinstance(value, dict):
        reject(f"content/{kind}", "is not a member type of union")
    for name in value:
        if name not in _FIELDS[kind]:
            reject(f"content/{kind}/{name}", "unrecognized field found but not allowed")
    match kind:
        case "article":
            _check_article(networks, caller, value)
        case "media":
            _check_image(networks, caller, value.get("id"))
        case _:
            _check_images(networks, caller, value.get("images"))
    return {kind: value}


def _check_article(networks: Networks, caller: Caller, article: dict[str, Any]) -> None:
    source = article.get("source")
    if not isinstance(source, str) or urlsplit(source).scheme not in {"http", "https"}:
        reject("content/article/source", "must be a URL")
    # The address is not scraped, so without a title there is nothing to show.
    if not isinstance(article.get("title"), str) or not article["title"].strip():
        reject("content/article/title", "field is required but not found")
    if "thumbnail" in article:
        _check_image(networks, caller, article["thumbnail"])


def _check_images(networks: Networks, caller: Caller, images: object) -> None:
    if not isinstance(images, list) or len(images) not in _MULTI_IMAGE:
        reject("content/multiImage/images", "must have 2 to 20 entries")
    for image in images:
        _check_image(networks, caller, image.get("id") if isinstance(image, dict) else None)


def _check_image(networks: Networks, caller: Caller, urn: object) -> None:
    medium = networks.media.find("linkedin", urn) if isinstance(urn, str) else None
    if medium is None or medium.member != caller.member.key:
        raise refusals.invalid(f"Image {urn} is not owned by the author", "INVALID_MEDIA_ASSET")
    status = medium.status(now_ms=networks.clock.now_ms())
    if status != "AVAILABLE":
        raise refusals.invalid(f"Image {urn} is in status {status}", f"MEDIA_ASSET_{status}")


RESERVED = frozenset("\\|{}@[]()<>#*_~")

_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_HASHTAG = re.compile(r"#(?=\w*[^\W\d_])[^\W_]+")
_HASHTAG_TEMPLATE = re.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^\\|{}@\[\]()<>#*_~])+)\}")
_MENTION = re.compile(
    r"@\[((?:\\.|[^\\|{}@\[\]()<>#*_~])+)\]\(urn:li:(?:person|organization):[A-Za-z0-9_-]+\)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LittleText:
    """``displayed`` is what readers see, ``length`` the characters of the whole text.

    ``cut_at`` is the place in the raw text where LinkedIn stopped, or None.
    """

    displayed: str
    length: int
    cut_at: int | None


def read_little_text(raw: str) -> LittleText:
    """Return what LinkedIn makes of a commentary."""
    shown: list[str] = []
    length, at = 0, 0
    displayed: str | None = None
    cut_at: int | None = None
    while at < len(raw):
        piece, following = _next_element(raw, at)
        if piece is None:
            if cut_at is None:
                displayed, cut_at = "".join(shown), at
            piece, following = raw[at], at + 1
        shown.append(piece)
        length += len(piece)
        at = following
    return LittleText(
        displayed="".join(shown) if displayed is None else displayed, length=length, cut_at=cut_at
    )


def _next_element(raw: str, at: int) -> tuple[str | None, int]:
    """Return the next piece as displayed and where it ends; None for a stray character."""
    character = raw[at]
    if character not in RESERVED:
        return character, at + 1
    if character == "\\" and (escaped := _ESCAPED.match(raw, at)):
        return escaped[1], escaped.end()
    if character == "#" and not _inside_word(raw, at) and (tag := _HASHTAG.match(raw, at)):
        return tag[0], tag.end()
    if character == "{" and (template := _HASHTAG_TEMPLATE.match(raw, at)):
        return "#" + _ESCAPED.sub(r"\1", template[1]), template.end()
    if character == "@" and (mention := _MENTION.match(raw, at)):
        return _ESCAPED.sub(r"\1", mention[1]), mention.end()
    return None, at


def _inside_word(raw: str, at: int) -> bool:
    return at > 0 and raw[at - 1].isalnum()
