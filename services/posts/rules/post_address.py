"""The address of a post that a person pasted: on the network that it is said to be on."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.errors import Rejected
from services.message import NetworkName, message

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
