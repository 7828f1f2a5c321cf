"""A broker with TLS, and with users who sign in by PLAIN and by SCRAM."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.kafka import Kafka
from tests.servers.process import free_port

USER = "zwaan"
#: Signs in by SCRAM-SHA-512 and may do nothing.
GUEST = "guest"
#: One for each mechanism, so that signing in shows which one was used.
PASSWORDS = {
    "PLAIN": "planted-plain, with = signs",
    "SCRAM-SHA-256": "planted-scram-256",
    "SCRAM-SHA-512": "planted-scram-512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredKafka(Kafka):
    """Besides the plain listener one each for SASL_SSL, SSL and (by SCRAM-SHA-512 alone)
    SASL_PLAINTEXT. The certificate names 127.0.0.1 and is signed by the authority in ``ca``."""

    ports: Mapping[str, int] = field(
        default_factory=lambda: {
            protocol: free_port() for protocol in ("SASL_SSL", "SSL", "SASL_PLAINTEXT")
        }
    )

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def address_of(self, protocol: str) -> str:
        return f"127.0.0.1:{self.ports[protocol]}"

    def _listeners(self) -> Mapping[str, tuple[int, str]]:
        return {
            protocol.replace("_", ""): (port, protocol) for protocol, port in self.ports.items()
        }

    def _more_settings(self) -> Mapping[str, str]:
        authority, certificate = certify(self.folder)
        self.ca.write_bytes(authority)
        keystore = self.folder / "keystore.pem"
        keystore.write_bytes(certificate)
        settings = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(keystore),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{USER}",
        }
        offered = {"saslssl": list(PASSWORDS), "saslplaintext": ["SCRAM-SHA-512"]}
        for listener, mechanisms in offered.items():
            prefix = f"listener.name.{listener}"
            settings[f"{prefix}.sasl.enabled.mechanisms"] = ",".join(mechanisms)
            for mechanism in mechanisms:
                settings[f"{prefix}.{mechanism.lower()}.sasl.jaas.config"] = _login(mechanism)
        return settings

    def _more_formatting(self) -> Sequence[str]:
        users = [
            (USER, "SCRAM-SHA-256"),
            (USER, "SCRAM-SHA-512"),
            (GUEST, "SCRAM-SHA-512"),
        ]
        return [
            argument
            for user, mechanism in users
            for argument in (
                "--add-scram",
                f"{mechanism}=[name={user},password={PASSWORDS[mechanism]}]",
            )
        ]


def _login(mechanism: str) -> str:
    package = "org.apache.kafka.common.security"
    if mechanism == "PLAIN":
        known = f'user_{USER}="{PASSWORDS[mechanism]}"'
        return f"{package}.plain.PlainLoginModule required {known};"
    return f"{package}.scram.ScramLoginModule required;"


def certify(folder: Path) -> tuple[bytes, bytes]:
    """A new authority's certificate, and a key with a certificate for 127.0.0.1 that it signed."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = _name(f"Zwaan's tests in {folder.name[:20]}")
    authority = (
        _unsigned(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        _unsigned(_name("broker"), authority_name, key.public_key())
        .add_extension(host, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return authority.public_bytes(pem), private + certificate.public_bytes(pem)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
    )
