"""What X charges depends on what X sees as a link."""

from __future__ import annotations

from decimal import Decimal

from services.price import X_PRICES, Prices, charge_for


def test_a_post_with_a_link_costs_more() -> None:
    """Bare domains included, and kept without a fraction."""
    assert X_PRICES.of("lees https://go.example.org/r/abc") == Decimal("0.20")
    assert X_PRICES.of("kijk op zwaan.nl") == Decimal("0.20")
    assert X_PRICES.of("zonder link.") == Decimal("0.015")
    assert X_PRICES.charge("zonder link.") == 15_000


def test_what_else_is_charged_has_a_price_each() -> None:
    """A network without prices charges nothing, and neither does a unit without one."""
    assert X_PRICES.charge_unit("post_read") == 5_000
    assert X_PRICES.charge_unit("unheard_of") == 0
    assert charge_for({"x": X_PRICES}, "x", "zonder link.") == 15_000
    assert charge_for({"x": X_PRICES}, "linkedin", "zonder link.") is None


def test_what_is_read_may_cost_where_posts_do_not() -> None:
    """Nothing is said of a post's price then, and what is read is still charged."""
    reads = Prices(with_link=Decimal(0), without_link=Decimal(0), units=X_PRICES.units)
    assert not reads.for_posts
    assert X_PRICES.for_posts
    assert charge_for({"x": reads}, "x", "kijk op zwaan.nl") is None
    assert reads.charge_unit("post_read") == 5_000


def test_a_short_link_costs_the_same_on_any_host() -> None:
    """A demo's addresses are on this machine; its prices are those of the real thing."""
    for host in ("127.0.0.1:8000", "localhost:8000", "zwaan.example.org"):
        assert X_PRICES.of(f"lees http://{host}/r/abc") == X_PRICES.with_link
    assert X_PRICES.of("begin met http://, en dan?") == X_PRICES.without_link
