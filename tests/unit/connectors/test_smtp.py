"""Mail over a real SMTP conversation with a server on loopback."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors import mail as smtp
from connectors.mail import SmtpNotifier
from services.errors import Rejected, RetryLater, Stop
from services.ports import Mail
from tests.servers.process import free_port
from tests.smtp_server import mail_server

MESSAGE = Mail(to="anna@example.org", subject="Je koppeling ✓", text="Dag Anna,\n\nZie é.\n")


def notifier(port: int, user: str = "") -> SmtpNotifier:
    return SmtpNotifier(f"smtp://{user}127.0.0.1:{port}", sender="zwaan@example.org")


async def test_a_message_arrives_as_it_was_written() -> None:
    """Subject and text come through in any script; machines are asked not to answer."""
    async with mail_server() as server:
        await notifier(server.port).send(MESSAGE)
    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "anna@example.org",
        "zwaan@example.org",
        "Je koppeling ✓",
    )
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == MESSAGE.text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")


async def test_user_and_password_are_used_and_never_shown() -> None:
    """Both come from the address, percent-decoded; the object does not print them."""
    async with mail_server() as server:
        chosen = notifier(server.port, "me:planted%2Fsecret@")
        await chosen.send(MESSAGE)
    assert server.logins == [("me", "planted/secret")]
    assert "planted" not in repr(chosen)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"550 nobody here", Rejected), (b"450 full for now", RetryLater)],
)
async def test_refused_address_is_final_only_for_5xx(answer: bytes, error: type[Exception]) -> None:
    """5xx will never work, 4xx may."""
    async with mail_server() as server:
        server.refusing[b"RCPT"] = answer
        with pytest.raises(error):
            await notifier(server.port).send(MESSAGE)
    assert server.mails == []


@pytest.mark.parametrize(("answer", "error"), [(b"554 spam", Rejected), (b"451 busy", RetryLater)])
async def test_refused_text_is_final_only_for_5xx(answer: bytes, error: type[Exception]) -> None:
    """As the server says."""
    async with mail_server() as server:
        server.refusing[b"DATA"] = answer
        with pytest.raises(error):
            await notifier(server.port).send(MESSAGE)


@pytest.mark.parametrize(
    "to",
    ["a,b@x.example", "x<y@x.example", "mailto:m@x.example", "jan@x..example", "Jan <j@x.example>"],
)
async def test_mail_goes_to_the_exact_address_only(to: str) -> None:
    """What is not exactly one mailbox gets nothing, nor does what a parser would make of it."""
    async with mail_server() as server:
        with pytest.raises(Rejected):
            await notifier(server.port).send(replace(MESSAGE, to=to))
    assert (server.recipients, server.mails) == ([], [])


async def test_international_domain_is_sent_as_punycode() -> None:
    """In punycode, to exactly one recipient."""
    async with mail_server() as server:
        await notifier(server.port).send(replace(MESSAGE, to="o'brien+x@bücher.example"))
    assert server.recipients == [b"<o'brien+x@xn--bcher-kva.example>"]


async def test_non_ascii_address_without_smtputf8_is_refused() -> None:
    """An address with é where SMTPUTF8 is not known is refused for good, in a sentence."""
    async with mail_server() as server:
        with pytest.raises(Rejected, match="letters beyond ASCII"):
            await notifier(server.port).send(replace(MESSAGE, to="josé@x.example"))


async def test_unavailable_mail_server_is_retried_later() -> None:
    """Nothing was sent, and nothing of the address is in the message."""
    with pytest.raises(RetryLater) as caught:
        await notifier(free_port(), "me:planted@").send(MESSAGE)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"530 authenticate first", "ZWAAN_MAIL_FROM"),
        (b"550 not your address", "ZWAAN_MAIL_FROM"),
        (b"451 busy", "is away"),
    ],
)
async def test_a_server_that_refuses_us_is_not_away(answer: bytes, said: str) -> None:
    """Its mail waits for somebody who corrects the settings, which the sentence names."""
    async with mail_server() as server:
        server.refusing[b"MAIL"] = answer
        with pytest.raises(RetryLater, match=said):
            await notifier(server.port).send(MESSAGE)


@pytest.mark.parametrize("field", ["to", "subject"])
async def test_line_end_in_a_header_is_refused(field: str) -> None:
    """A line end in an address or subject is refused before anything is sent."""
    values = {"to": "anna@example.org", "subject": "Dag", field: "a\r\nBcc: eve@example.org"}
    async with mail_server() as server:
        with pytest.raises(Rejected):
            await notifier(server.port).send(Mail(text="x", **values))
    assert server.mails == []


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://planted@mail", "smtp://", "smtp://planted@mail:99999"]
)
def test_wrong_mail_address_setting_stops_the_start(url: str) -> None:
    """A wrong address is reported by the name of its setting, without repeating it."""
    with pytest.raises(Stop, match="ZWAAN_SMTP_URL") as caught:
        SmtpNotifier(url, sender="zwaan@example.org")
    assert "planted" not in str(caught.value)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that no one trusts by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def offering(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the server on loopback were elsewhere."""
    monkeypatch.setattr(smtp, "is_loopback", lambda _host: False)


@pytest.mark.usefixtures("beyond_loopback")
async def test_beyond_loopback_mail_is_encrypted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a certificate that this machine trusts, password and mail go over TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server() as server:
        server.tls = offering(certificate)
        url = f"smtp://me:planted@localhost:{server.port}"
        await SmtpNotifier(url, sender="zwaan@example.org").send(MESSAGE)
    assert server.encrypted
    assert server.logins == [("me", "planted")]
    assert len(server.mails) == 1


@pytest.mark.usefixtures("beyond_loopback")
@pytest.mark.parametrize("offered", [True, False])
async def test_without_trusted_encryption_nothing_is_sent(
    certificate: Path, *, offered: bool
) -> None:
    """A server without STARTTLS, or with a certificate of somebody else, gets no password."""
    async with mail_server() as server:
        server.tls = offering(certificate) if offered else None
        url = f"smtp://me:planted@localhost:{server.port}"
        with pytest.raises(RetryLater) as caught:
            await SmtpNotifier(url, sender="zwaan@example.org").send(MESSAGE)
    assert (server.logins, server.mails) == ([], [])
    assert "planted" not in str(caught.value)
