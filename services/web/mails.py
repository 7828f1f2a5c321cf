"""Messages to people, in their language."""

from __future__ import annotations

from collections.abc import Mapping

from services.domain.ambassador import Language
from services.ports import Message
from services.storage.connections import Ending
from services.storage.ending_consents import EndingConsent
from services.web.messages import messages_in, network_name
from services.web.rendering import DEFAULT_ZONE, day


def expiry_message(ending: Ending, *, organisation: str, base_url: str) -> Message:
    """That a connection ends, when, and where to renew it."""
    values = {
        "organisation": organisation,
        "network": network_name(ending.network),
        "link": f"{base_url}/connect/{ending.network}",
    }
    return _message(ending, "mail.expiry.subject", "mail.expiry.text", values)


def consent_message(consent: EndingConsent, *, organisation: str, base_url: str) -> Message:
    """That a standing consent ends, when, and where to renew it or let it end."""
    values = {"organisation": organisation, "link": f"{base_url}/profile/pace"}
    return _message(consent, "mail.consent.subject", "mail.consent.text", values)


def _message(
    ending: Ending | EndingConsent, subject: str, text: str, values: Mapping[str, str]
) -> Message:
    language: Language = "nl" if ending.language == "nl" else "en"
    words = messages_in(language)
    values = {
        **values,
        "name": ending.name,
        "day": day(ending.expires_at, language=language, zone=DEFAULT_ZONE),
    }
    return Message(
        to=ending.email, subject=words.text(subject, **values), text=words.text(text, **values)
    )
