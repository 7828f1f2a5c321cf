"""A mail server on loopback that keeps what it is given (RFC 5321, as much as a client needs)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

_FINE = b"250 fine\r\n"


@dataclass(slots=True)
class MailServer:
    """``refusing`` holds its answers to RCPT or DATA, when it refuses. ``logins`` are user and password.

    With ``tls`` it offers STARTTLS; ``encrypted`` says whether the client took it.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refusing: dict[bytes, bytes] = field(default_factory=dict)
    recipients: list[bytes] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    encrypted: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            match line.split()[0].upper():
                case b"EHLO":
                    more = b"250-STARTTLS\r\n" if self.tls and not self.encrypted else b""
                    writer.write(b"250-here\r\n" + more + b"250 AUTH PLAIN\r\n")
                case b"STARTTLS" if self.tls:
                    writer.write(b"220 go on\r\n")
                    try:
                        await writer.start_tls(self.tls)
                    except (OSError, ConnectionError):
                        return  # the client does not trust us
                    self.encrypted = True
                case b"AUTH":
                    _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                    self.logins.append((user, password))
                    writer.write(b"235 welcome\r\n")
                case verb if verb in self.refusing:
                    writer.write(self.refusing[verb] + b"\r\n")
                case b"RCPT":
                    self.recipients.append(line.split(b":", 1)[1].split()[0])
                    writer.write(_FINE)
                case b"DATA":
                    writer.write(b"354 go on\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    mail = message_from_bytes(
                        content[:-3].replace(b"\r\n", b"\n"), policy=policy.default
                    )
                    assert isinstance(mail, EmailMessage)
                    self.mails.append(mail)
                    writer.write(b"250 kept\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(_FINE)
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
