"""What a recruiting system states of the links by which somebody came."""

from __future__ import annotations

import pytest

from services.events.incoming import ApplicationReceived
from services.figures.record_figures import stated_codes
from tests.builders import NOW

A, B = "kf3m9xq2ab", "p7rt4wd8ne"


@pytest.mark.parametrize(
    ("reference", "link_code", "codes"),
    [
        (None, None, []),
        (A, None, [A]),
        (None, A, [A]),
        (f"{A} {B}", None, [A, B]),
        (f"{A} {B} {A}", None, [A, B, A]),
        (A, B, [A, B]),
        (f"{A},{B};", None, [A, B]),
        (f"  {A.upper()}\u200b ", None, [A]),
        (f"https://jobs.example.org/12?utm_source=x&zw={A}#form", None, [A]),
        (None, f"https://go.example.org/r/{A}", [A]),
        ("none", None, []),
        (f"{A}x", None, []),
        (f"x{A}", None, []),
        (f"{A}{B}", None, []),
        ("=cmd|' /C calc'!A0 <script>", None, []),
    ],
)
def test_codes_are_found_in_any_reference(
    reference: str | None, link_code: str | None, codes: list[str]
) -> None:
    """First to last; what cannot be one is left aside, and what is no code is never cut to one."""
    step = ApplicationReceived(
        application_id="1",
        vacancy_id="v",
        stage="applied",
        at=NOW,
        reference=reference,
        link_code=link_code,
    )
    assert stated_codes(step) == codes
