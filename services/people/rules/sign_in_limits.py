"""How often sign-in links may be asked for and tried, and what counts as one client.

Of a person few asks in an hour are meant; their mailbox is not to be flooded. Behind one address
may be an office full of people on the morning they are all invited, or everybody, where a reverse
proxy is not named (`zwaan doctor` asks for it): so a client gets far more than a person.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from services.accounts.rules.rate_limit import Limit

_MINUTE = timedelta(minutes=1)

#: Asking for a link: for one e-mail address, whoever asks, and from one client.
ASKS_OF_ADDRESS = Limit(calls=5, window=60 * _MINUTE, bucket=5 * _MINUTE)
ASKS_OF_CLIENT = Limit(calls=100, window=10 * _MINUTE, bucket=_MINUTE)
#: Trying links: those of one person, whoever tries, and wrong ones from one client.
TRIES_OF_ADDRESS = Limit(calls=30, window=10 * _MINUTE, bucket=_MINUTE)
TRIES_OF_CLIENT = Limit(calls=100, window=10 * _MINUTE, bucket=_MINUTE)


def client_of(address: str) -> str:
    """Whom an IP address stands for. An IPv6 network of 64 bits is one household's or machine's."""
    try:
        found = ip_address(address)
    except ValueError:
        return address  # of a socket without addresses, or of a proxy with names of its own
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found.packed[:8] + bytes(8), 64)))
