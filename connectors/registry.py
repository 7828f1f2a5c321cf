"""Which networks this installation speaks to, built from settings that the caller gives; and where a person's
own browser shares a text, without any access of ours to the network.

A connector is registered under the entry-point group ``zwaan.networks``: the name is the
network's, the object is called with one `NetworkSettings` and returns a `services.ports.Network`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import cast
from urllib.parse import quote

from connectors.transport.http import Limits
from services.errors import WrongSetting
from services.message import advised, message
from services.ports import Meter, Network, PostRules, ShareIntent

ENTRY_POINT_GROUP = "zwaan.networks"


def _uncounted(unit: str, number: int) -> None:
    """Count nothing: for a network without charges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """The settings of one connector. ``repr`` never shows the secret.

    Empty addresses mean the real network. ``api_url`` and ``authorize_url`` are base addresses
    without a trailing slash; in the sandbox both are ``http://127.0.0.1:PORT/linkedin`` (or
    ``/x``, ``/mastodon``). ``version`` is LinkedIn's ``YYYYMM``. ``scopes`` empty means the connector's own.
    ``meter`` counts what a network charges for besides posts.
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    api_url: str = ""
    authorize_url: str = ""
    version: str = ""
    scopes: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    meter: Meter = field(default=_uncounted, repr=False)


def build_networks(settings: Iterable[NetworkSettings]) -> dict[str, Network]:
    """The configured networks by name. Raises WrongSetting for a name without a connector."""
    return {each.name: build_network(each) for each in settings}


def build_network(settings: NetworkSettings) -> Network:
    """One network. Raises WrongSetting when no installed package offers a connector of that name."""
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if settings.name not in found:
        known = tuple(sorted(found)) or message("connector.none", "none")
        raise WrongSetting(
            advised(
                message(
                    "connector.missing",
                    'there is no connector for the network "{name}" (installed: {known})',
                    name=settings.name,
                    known=known,
                ),
                message(
                    "do.connector.install", "install its package or remove it from the settings"
                ),
            )
        )
    connector = cast("Callable[[NetworkSettings], Network]", found[settings.name].load())
    network = connector(settings)
    if not isinstance(getattr(network, "rules", None), PostRules):
        raise WrongSetting(
            advised(
                message(
                    "connector.no-rules",
                    'the connector for the network "{name}" does not say what its posts may be',
                    name=settings.name,
                ),
                message(
                    "do.connector.rules",
                    "install a version of its package that declares its PostRules, or remove it from the settings",
                ),
            )
        )
    return network


#: Longer addresses are cut or refused by one of the servers between a browser and a network.
LONGEST = 7_500


def share_intents(network: str, *, text: str, link: str) -> tuple[ShareIntent, ...]:
    """Addresses of the network's composer, the most complete first; none for other networks.

    ``text`` is the whole text with its link in it, ``link`` that link alone. Sources:
    https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent (X) and
    https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin
    (LinkedIn's share-offsite, which takes a link and no text). LinkedIn's ``shareActive`` takes a
    text and is documented nowhere, so the documented way is always offered too.
    """
    offered: list[ShareIntent] = []
    if network == "x":
        offered.append(_with_text(f"https://x.com/intent/tweet?text={_encoded(text)}"))
    elif network == "linkedin":
        offered.append(
            _with_text(f"https://www.linkedin.com/feed/?shareActive=true&text={_encoded(text)}")
        )
        offsite = f"https://www.linkedin.com/sharing/share-offsite/?url={_encoded(link)}"
        offered.append(ShareIntent(address=offsite, carries_text=False))
    return tuple(intent for intent in offered if len(intent.address) <= LONGEST)


def _with_text(address: str) -> ShareIntent:
    return ShareIntent(address=address, carries_text=True)


def _encoded(text: str) -> str:
    # A lone half of a surrogate pair has no encoding; it is refused when the text is stored.
    return quote(text, safe="", errors="replace")
