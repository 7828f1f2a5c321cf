"""Mails to people, in their language; a mail with a sign-in link is tried again while the server is
away, and its failure is reported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from services.accounts.rules import Ending
from services.errors import Rejected, RetryLater
from services.language import DEFAULT, LANGUAGES, Language
from services.message import Message, NetworkName, message
from services.people.rules.ambassador import DEFAULT_ZONE
from services.people.store.people import Person
from services.ports import Mail, Notifier
from services.web.messages import messages_in


def sign_in_message(person: Person, *, link: str, organisation: str) -> Mail:
    """The link that signs this person in."""
    return _mail(
        person,
        message(
            "mail.sign-in.subject",
            "Your link to Zwaan at {organisation}",
            organisation=organisation,
        ),
        message(
            "mail.sign-in.text",
            """Hello {name},

This link signs you in to Zwaan. It works once, within two days.

{link}

Did you not ask for it? Then you need not do anything.
""",
            name=person.name,
            link=link,
        ),
    )


def expiry_message(ending: Ending, *, organisation: str, base_url: str) -> Mail:
    """That a connection ends, when, and where to renew it."""
    network, day = NetworkName(ending.network), _day_of(ending)
    return _mail(
        ending,
        message(
            "mail.expiry.subject",
            "Your {network} connection ends on {day}",
            network=network,
            day=day,
        ),
        message(
            "mail.expiry.text",
            """Hello {name},

Your {network} connection with Zwaan at {organisation} ends on {day}. {network} asks you to agree again. It takes a minute:

{link}

Nothing is lost if you do not: your texts wait, and you can copy and share them yourself.
""",
            name=ending.name,
            network=network,
            organisation=organisation,
            day=day,
            link=f"{base_url}/connect/{ending.network}",
        ),
    )


def consent_message(consent: Ending, *, organisation: str, base_url: str) -> Mail:
    """That a standing consent ends, when, and where to renew it or let it end."""
    day = _day_of(consent)
    return _mail(
        consent,
        message(
            "mail.consent.subject", "Your consent to share without a tap ends on {day}", day=day
        ),
        message(
            "mail.consent.text",
            """Hello {name},

You let Zwaan at {organisation} share posts without a tap of yours. That consent ends on {day}. After that every text waits for you again.

Fine with you? Then you need not do anything. You can renew it here:

{link}
""",
            name=consent.name,
            organisation=organisation,
            day=day,
            link=f"{base_url}/profile/pace",
        ),
    )


def _day_of(ending: Ending) -> date:
    return ending.expires_at.astimezone(DEFAULT_ZONE).date()


def _mail(to: Person | Ending, subject: Message, text: Message) -> Mail:
    messages = messages_in(_language(to))
    return Mail(to=to.email, subject=messages.phrase(subject), text=messages.phrase(text))


def _language(reader: Person | Ending) -> Language:
    return reader.language if reader.language in LANGUAGES else DEFAULT


_log = structlog.get_logger("mail")


@dataclass(slots=True, kw_only=True)
class MailState:
    """Whether the last mail could not be sent: then the page does not refer to the mailbox.

    ``pauses`` are seconds between tries of one mail.
    """

    away: bool = False
    pauses: Sequence[float] = (2, 10, 30)


async def send_in_earnest(notifier: Notifier, mail: Mail, state: MailState) -> bool:
    """False, and one line in the log, when it could not be sent. Never raises what is known."""
    reason = ""
    for pause in (0, *state.pauses):
        await asyncio.sleep(pause)
        try:
            await notifier.send(mail)
        except RetryLater as away:
            state.away, reason = True, str(away)
        except Rejected as refusal:
            # The server is there; this one mail will never go.
            state.away, reason = False, str(refusal)
            break
        else:
            state.away = False
            return True
    _log.warning("a sign-in link was not mailed", reason=reason)
    return False
