"""Which links an applicant came by, as the step in the ATS states it."""

from __future__ import annotations

from services.events.incoming import ApplicationReceived
from services.identity import codes_in


def stated_codes(step: ApplicationReceived) -> list[str]:
    """What may be codes of ours, first to last. A ``link_code`` of its own is the last."""
    return codes_in(f"{step.reference or ''} {step.link_code or ''}")
