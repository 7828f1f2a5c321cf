"""The preview of a text, as every network gives it: measured by its rules, shown as it is sent."""

from __future__ import annotations

from services.ports import Network, Preview
from services.text.network_text import measure_text


def preview_text(network: Network, text: str, *, payload: str) -> Preview:
    """``text`` is what the member approved and what is measured, ``payload`` the text as sent."""
    measure = measure_text(network.rules, text)
    return Preview(
        network=network.name,
        length=measure.length,
        limit=measure.limit,
        valid=measure.valid,
        payload=payload,
    )
