"""Which hosts are this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether an address or name, as a URL's ``hostname`` or a peer gives it, is this machine.

    No other name is, wherever it leads: what a name server says is not ours.
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
