"""Record that a person without a connection shared a draft by hand.

It cannot be checked, so the post is *shared*, never *published*: it is counted apart, no network is
asked about it, and its clicks come through our own link as ever. The address that they paste must be
one of the named network.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from services.database.transaction import Transaction
from services.errors import Rejected
from services.events.outgoing import PostShared, PostTakenBack
from services.message import NetworkName, message
from services.post import Post, PostState, check_transition, text_sha256
from services.posts.own_post import check_open, move, own_post
from services.text.normal_form import normalise_text

_HOMES = {"linkedin": ("linkedin.com",), "x": ("x.com", "twitter.com")}
_LONGEST = 500


class WrongAddress(Rejected):
    """What was pasted is no address of a post on its network."""


def check_post_address(network: str, address: str) -> str:
    """The address without blanks around it; empty stays empty.

    Raises WrongAddress for anything but an https address on the network; where we do not know the
    network's hosts, for anything but an https address.
    """
    plain = address.strip()
    if plain and not _is_on(network, plain):
        raise WrongAddress(
            message(
                "post.wrong-address",
                "that is no address of a post on {network}",
                network=NetworkName(network),
            ),
            remedy=message(
                "do.paste-address", "Paste the address of your post, or leave it empty."
            ),
        )
    return plain


def _is_on(network: str, address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    homes = _HOMES.get(network)
    at_home = homes is None or any(host == home or host.endswith(f".{home}") for home in homes)
    written_well = address.isprintable() and " " not in address and "\\" not in address
    return (
        parts.scheme == "https"
        and bool(host)
        and "@" not in parts.netloc
        and at_home
        and port in (None, 443)
        and "@" not in parts.netloc
        and len(parts.path) > 1
        and written_well
        and len(address) <= _LONGEST
    )


async def record_shared(
    transaction: Transaction,
    *,
    post_id: str,
    ambassador_id: str,
    text: str,
    address: str,
    now: datetime,
) -> Post:
    """The person shared ``text``; ``address`` is the post's, or empty.

    Raises Rejected for an empty text, an address elsewhere, or a draft that was decided already.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    check_transition(post.state, PostState.SHARED)
    await check_open(transaction, post)
    plain, url = normalise_text(text), check_post_address(post.network, address)
    digest = text_sha256(plain)
    return await move(
        transaction,
        post,
        PostState.SHARED,
        "post.shared",
        PostShared(**post.ids, text_sha256=digest, url=url, shared_at=now),
        now=now,
        detail={"sha256": digest, "url": url},
        text=plain,
        published_at=now,
        external_url=url or None,
    )


async def not_shared(
    transaction: Transaction, *, post_id: str, ambassador_id: str, now: datetime
) -> Post:
    """It was not shared after all: the draft waits again. Raises Rejected for any other state."""
    post = await own_post(transaction, post_id, ambassador_id)
    if post.state is not PostState.SHARED:
        raise Rejected(
            message("post.not-shared", "this post was not marked as shared"),
            remedy=message("do.load-again", "Load the page again."),
        )
    return await move(
        transaction,
        post,
        PostState.READY,
        "post.taken_back",
        PostTakenBack(**post.ids, taken_back_at=now),
        now=now,
        published_at=None,
        external_url=None,
    )
