"""What a network charges the organisation: for posts, and for what it is asked about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from services.text.links_in_text import has_link

#: Charges are kept in whole millionths of a dollar.
MICROS = 1_000_000

_ADDRESS = re.compile(r"\bhttps?://\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars for a post with a link, and for one without; ``units`` is what else is
    charged, by its name in `services.ports.Meter`."""

    with_link: Decimal
    without_link: Decimal
    units: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def for_posts(self) -> bool:
        """Whether a post costs anything; what is read may, where posts do not."""
        return bool(self.with_link or self.without_link)

    def of(self, text: str) -> Decimal:
        """The price of a post with this text; a bare domain is a link too, as X sees it.

        So is any address with a scheme: X takes no address of this machine for a link, but a short link
        there, as in the sandbox, represents the public one of an installation.
        """
        linked = has_link(text) or _ADDRESS.search(text)
        return self.with_link if linked else self.without_link

    def charge(self, text: str) -> int:
        """The price in millionths of a dollar."""
        return int(self.of(text) * MICROS)

    def charge_unit(self, unit: str) -> int:
        """The same for one of something else; nothing for what has no price."""
        return int(self.units.get(unit, 0) * MICROS)


def charge_for(prices: Mapping[str, Prices], network: str, text: str) -> int | None:
    """What a post on this network costs, in millionths of a dollar; None where none is charged."""
    own = prices.get(network)
    return own.charge(text) if own and own.for_posts else None


#: Pay per use since 2026-02 (https://docs.x.com/x-api/getting-started/pricing). What is
#: read is charged by the thing returned. The cheap "owned reads" are for the account that owns the
#: developer app, which an ambassador's is not.
X_PRICES = Prices(
    with_link=Decimal("0.20"),
    without_link=Decimal("0.015"),
    units={
        "post_read": Decimal("0.005"),
        "user_read": Decimal("0.010"),
        "media_metadata": Decimal("0.005"),
        # The list does not say which of two a deleted post is: "Interaction: Delete", or
        # "Content: Manage" at half of that. The dearer one promises nothing.
        "post_delete": Decimal("0.010"),
    },
)
