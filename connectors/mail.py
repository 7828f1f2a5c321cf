"""Mail over SMTP (RFC 5321), with TLS where the server is another machine."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from services.errors import Rejected, RetryLater, WrongSetting
from services.message import Message, message
from services.ports import Mail
from services.text.mail_address import exactly
from services.text.web_address import is_loopback

_SECONDS = 15.0
#: There is a server, which knows us not: somebody has to look at the settings.
_OURS = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
)
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpNotifier:
    """A `services.ports.Notifier`.

    ``url`` is ``smtp://user:password@host:port`` (STARTTLS, except on loopback) or ``smtps://``
    (TLS from the first byte). Raises WrongSetting for anything else. ``repr`` never shows the password.
    """

    def __init__(self, url: str, *, sender: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in _PORTS or not parts.hostname:
            # Not with the address: it may hold a password.
            raise WrongSetting(
                message(
                    "setting.smtp-url",
                    "the setting ZWAAN_SMTP_URL is no mail server's address, for example smtp://user:password@mail.example.org:587",
                )
            )
        self._implicit_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Raises RetryLater when the server is away, Rejected when it refuses the address."""
        try:
            to = exactly(mail.to)
            ready = self._mail(mail, to)
        except ValueError as fault:  # no mailbox, or a line end in the subject
            raise Rejected(
                message("mail.unsendable", "this message cannot be put into a mail")
            ) from fault
        await asyncio.to_thread(self._deliver, ready, to)

    def _mail(self, mail: Mail, to: str) -> EmailMessage:
        ready = EmailMessage()
        ready["From"], ready["Subject"] = self._sender, mail.subject
        # As one address: a header in words is read as a list of several.
        local, _, domain = to.rpartition("@")
        ready["To"] = Address(username=local, domain=domain)
        ready["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2] or None)
        ready["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
        ready.set_content(mail.text)
        return ready

    def _deliver(self, mail: EmailMessage, to: str) -> None:
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                _send(server, mail, to)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, _ = next(iter(refusal.recipients.values()))
            if code >= 500:
                raise Rejected(
                    message("mail.refused", "the mail server refuses this address")
                ) from refusal
            raise RetryLater(
                message("mail.not-now", "the mail server takes no mail for this address now")
            ) from refusal
        except smtplib.SMTPDataError as refusal:
            if refusal.smtp_code >= 500:
                raise Rejected(
                    message("mail.mail-refused", "the mail server refuses this mail")
                ) from refusal
            raise RetryLater(
                message("mail.none-now", "the mail server takes no mail now")
            ) from refusal
        except (smtplib.SMTPException, OSError) as error:
            # Not with the server's words: they may repeat what was sent to it.
            raise RetryLater(_fault(error)) from error

    def _connected(self) -> smtplib.SMTP:
        if self._implicit_tls:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=_SECONDS, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(self._host, self._port, timeout=_SECONDS)
        if not is_loopback(self._host):
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def _fault(error: smtplib.SMTPException | OSError) -> Message:
    fault = type(error).__name__
    if isinstance(error, _OURS) and getattr(error, "smtp_code", 500) >= 500:
        return message(
            "mail.not-from-us",
            "the mail server takes no mail from us ({fault}); "
            "correct ZWAAN_SMTP_URL or ZWAAN_MAIL_FROM",
            fault=fault,
        )
    return message("mail.away", "the mail server is away ({fault})", fault=fault)


def _send(server: smtplib.SMTP, mail: EmailMessage, to: str) -> None:
    try:
        server.send_message(mail, to_addrs=[to])
    except smtplib.SMTPNotSupportedError as refusal:
        raise Rejected(
            message(
                "mail.ascii-only", "the mail server takes no address with letters beyond ASCII"
            ),
            remedy=message("do.use-another-address", "Use another address of this person."),
        ) from refusal
