"""What a network charges the organisation for creating a post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from services.domain.links_in_text import has_link

#: Charges are kept in whole millionths of a dollar.
MICROS = 1_000_000

_ADDRESS = re.compile(r"\bhttps?://\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars for a post with a link, and for one without."""

    with_link: Decimal
    without_link: Decimal

    def of(self, text: str) -> Decimal:
        """The price of a post with this text; a bare domain is a link too, as X sees it.

        So is any address with a scheme: X takes none on this machine for a link, but a short link
        there, as in the sandbox, stands for the public one of an installation.
        """
        linked = has_link(text) or _ADDRESS.search(text)
        return self.with_link if linked else self.without_link

    def charge(self, text: str) -> int:
        """The price in millionths of a dollar."""
        return int(self.of(text) * MICROS)


#: Pay per use since 2026-02 (https://docs.x.com/x-api/getting-started/pricing).
X_PRICES = Prices(with_link=Decimal("0.20"), without_link=Decimal("0.015"))
