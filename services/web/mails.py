"""Messages to people, in their language."""

from __future__ import annotations

from collections.abc import Mapping

from services.accounts.rules.expiry import Ending
from services.language import Language
from services.people.rules.ambassador import DEFAULT_ZONE
from services.people.store.people import Person
from services.ports import Mail
from services.web.messages import messages_in, network_name
from services.web.rendering import day


def sign_in_message(person: Person, *, link: str, organisation: str) -> Mail:
    """The link that signs this person in."""
    values = {"organisation": organisation, "name": person.name, "link": link}
    return _message(person, "mail.sign_in.subject", "mail.sign_in.text", values)


def expiry_message(ending: Ending, *, organisation: str, base_url: str) -> Mail:
    """That a connection ends, when, and where to renew it."""
    values = {
        "organisation": organisation,
        "network": network_name(ending.network),
        "link": f"{base_url}/connect/{ending.network}",
    }
    return _message(ending, "mail.expiry.subject", "mail.expiry.text", values | _ends(ending))


def consent_message(consent: Ending, *, organisation: str, base_url: str) -> Mail:
    """That a standing consent ends, when, and where to renew it or let it end."""
    values = {"organisation": organisation, "link": f"{base_url}/profile/pace"}
    return _message(consent, "mail.consent.subject", "mail.consent.text", values | _ends(consent))


def _ends(ending: Ending) -> dict[str, str]:
    language = _language(ending)
    return {
        "name": ending.name,
        "day": day(ending.expires_at, language=language, zone=DEFAULT_ZONE),
    }


def _message(to: Person | Ending, subject: str, text: str, values: Mapping[str, str]) -> Mail:
    words = messages_in(_language(to))
    return Mail(
        to=to.email,
        subject=words.text(subject, **values),
        text=words.text(text, **values),
    )


def _language(reader: Person | Ending) -> Language:
    return "nl" if reader.language == "nl" else "en"
