"""What X charges depends on what X sees as a link."""

from __future__ import annotations

from decimal import Decimal

from services.domain.price import X_PRICES


def test_a_post_with_a_link_costs_more() -> None:
    """Bare domains included, and kept without a fraction."""
    assert X_PRICES.of("lees https://go.example.org/r/abc") == Decimal("0.20")
    assert X_PRICES.of("kijk op zwaan.nl") == Decimal("0.20")
    assert X_PRICES.of("zonder link.") == Decimal("0.015")
    assert X_PRICES.charge("zonder link.") == 15_000
