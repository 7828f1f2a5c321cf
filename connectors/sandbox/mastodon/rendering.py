"""A status as the API shows it: text as HTML, counters, and addresses.

Source: https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.members import Member
from connectors.sandbox.state.posts import Post

# Ids of accounts have 18 digits; the sandbox's own number makes the last ones.
_FIRST_ACCOUNT = 110_000_000_000_000_000
_ADDRESS = re.compile(r"(https?://)([^\s<>\"']{1,30})([^\s<>\"']*)")


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
    for found in _ADDRESS.finditer(text):
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
