"""The mail with somebody's link: tried again while the server is away, and told when it failed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.errors import Rejected, RetryLater
from services.ports import Mail, Notifier

_log = structlog.get_logger("mail")


@dataclass(slots=True, kw_only=True)
class MailState:
    """Whether the last mail could not be sent: then the page sends nobody to their mailbox.

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
