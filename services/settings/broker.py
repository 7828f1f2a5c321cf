"""Access to Kafka: its addresses, TLS, and the user to sign in as."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from services.message import Message, message

_PORT = 9092

Security = Annotated[
    Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]
Mechanism = Annotated[
    Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]


class BrokerAccess(BaseModel):
    broker_security: Security = Field(
        default="PLAINTEXT", description="Kafka's own name: SSL or SASL_SSL for TLS."
    )
    broker_ca: Path | None = Field(
        default=None, description="File (PEM) of the CAs to trust. Empty: those of this system."
    )
    broker_sasl_mechanism: Mechanism | None = Field(
        default=None, description="PLAIN (the default), SCRAM-SHA-256 or SCRAM-SHA-512."
    )
    broker_user: str = ""
    broker_password: SecretStr = SecretStr("")

    @property
    def broker_tls(self) -> bool:
        return self.broker_security.endswith("SSL")

    @property
    def broker_sasl(self) -> bool:
        return self.broker_security.startswith("SASL")

    def fault_of_access(self, *, embedded: bool) -> tuple[str, Message] | None:
        """The setting that would be ignored or is missing, and its fault; None when all is used."""
        signing_in = {
            "ZWAAN_BROKER_USER": bool(self.broker_user),
            "ZWAAN_BROKER_PASSWORD": bool(self.broker_password.get_secret_value()),
        }
        of_sasl = signing_in | {"ZWAAN_BROKER_SASL_MECHANISM": bool(self.broker_sasl_mechanism)}
        of_tls = {"ZWAAN_BROKER_CA": self.broker_ca is not None}
        if embedded:
            secured = {"ZWAAN_BROKER_SECURITY": self.broker_security != "PLAINTEXT"}
            for name, given in (secured | of_tls | of_sasl).items():
                if given:
                    return name, message(
                        "setting.only-kafka",
                        "is for Kafka; set ZWAAN_BROKER to kafka://host:port as well",
                    )
            return None
        for name, given in of_tls.items():
            if given and not self.broker_tls:
                return name, message(
                    "setting.only-tls",
                    "is not used without TLS; set ZWAAN_BROKER_SECURITY to SSL or SASL_SSL",
                )
        for name, given in of_sasl.items():
            if given and not self.broker_sasl:
                return name, message(
                    "setting.only-sasl",
                    "is not used while ZWAAN_BROKER_SECURITY is {security}; set that to SASL_SSL",
                    security=self.broker_security,
                )
        for name, given in signing_in.items():
            if self.broker_sasl and not given:
                return name, message(
                    "setting.no-sasl",
                    "is missing: {security} needs a user and a password",
                    security=self.broker_security,
                )
        return None


def read_servers(url: str) -> tuple[str, ...]:
    """``kafka://host:9092,host2:9092`` as addresses with ports.

    Raises ValueError with the rest of a sentence for everything else. The message does not repeat the
    URL, which may hold a password.
    """
    if "@" in url:
        raise ValueError(
            message(
                "setting.broker-user",
                "holds a user, which nothing reads there; set ZWAAN_BROKER_USER, ZWAAN_BROKER_PASSWORD and ZWAAN_BROKER_SECURITY=SASL_SSL instead",
            )
        )
    if "?" in url or "#" in url:
        raise ValueError(
            message(
                "setting.broker-options",
                "ends in options, which nothing reads there; set ZWAAN_BROKER_SECURITY, ZWAAN_BROKER_CA and ZWAAN_BROKER_SASL_MECHANISM instead",
            )
        )
    return tuple(_server(part.strip()) for part in re.split("[,;]", url))


def _server(text: str) -> str:
    try:
        parts = urlsplit(text if "://" in text else f"kafka://{text}")
        host, port = parts.hostname, _PORT if parts.port is None else parts.port
    except ValueError:
        raise ValueError(NO_ADDRESS) from None
    if parts.scheme != "kafka" or not host or not port or parts.path.strip("/"):
        raise ValueError(NO_ADDRESS)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


NO_ADDRESS = message(
    "setting.broker",
    "is wrong: it has to be embedded:///absolute/path or kafka://host:port, for example kafka://127.0.0.1:9092",
)
