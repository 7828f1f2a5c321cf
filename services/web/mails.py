"""Messages to people, in their language."""

from __future__ import annotations

from services.domain.ambassador import Language
from services.ports import Message
from services.storage.connections import Ending
from services.web.messages import messages_in, network_name
from services.web.rendering import DEFAULT_ZONE, day


def expiry_message(ending: Ending, *, organisation: str, base_url: str) -> Message:
    """That a connection ends, when, and where to renew it."""
    language: Language = "nl" if ending.language == "nl" else "en"
    words = messages_in(language)
    values = {
        "name": ending.name,
        "network": network_name(ending.network),
        "day": day(ending.expires_at, language=language, zone=DEFAULT_ZONE),
        "organisation": organisation,
        "link": f"{base_url}/connect/{ending.network}",
    }
    return Message(
        to=ending.email,
        subject=words.text("mail.expiry.subject", **values),
        text=words.text("mail.expiry.text", **values),
    )
