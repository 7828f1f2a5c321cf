"""How every client reaches a broker and signs in there, what the broker's errors mean, and why nothing
can be had of it: the clients try again and again, and keep it to themselves.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from aiokafka import errors as aiokafka
from aiokafka.conn import create_conn
from aiokafka.protocol.metadata import MetadataRequest
from kafka import errors as kafka_python

from services.errors import Rejected, RetryLater, WrongSetting, ZwaanError
from services.message import NOTHING, Message, advised, fault_and_remedy, message, said
from services.settings import Settings
from services.settings.broker import read_servers

#: A call that gets no answer ends after this; the caller decides whether to try again.
TIMEOUT_MS = 5_000

_NEVER = (
    kafka_python.InvalidTopicError,
    kafka_python.MessageSizeTooLargeError,
    kafka_python.RecordListTooLargeError,
    kafka_python.UnknownTopicOrPartitionError,
    aiokafka.InvalidTopicError,
    aiokafka.MessageSizeTooLargeError,
    aiokafka.RecordListTooLargeError,
)
_NOT_ALLOWED = (
    kafka_python.AuthorizationError,
    aiokafka.TopicAuthorizationFailedError,
    aiokafka.GroupAuthorizationFailedError,
    aiokafka.ClusterAuthorizationFailedError,
)
#: Of a partition that has no leader yet, or another than was known.
STILL_SETTLING = (
    kafka_python.LeaderNotAvailableError,
    kafka_python.NotLeaderForPartitionError,
    aiokafka.LeaderNotAvailableError,
    aiokafka.NotLeaderForPartitionError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A cluster and how to get in. As text it is its addresses, without the user.

    ``security`` and ``mechanism`` are Kafka's own names.
    """

    servers: tuple[str, ...]
    security: str = "PLAINTEXT"
    ca: Path | None = None
    mechanism: str = "PLAIN"
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Broker:
        return cls(
            servers=settings.kafka_servers,
            security=settings.broker_security,
            ca=settings.broker_ca,
            mechanism=settings.broker_sasl_mechanism or "PLAIN",
            user=settings.broker_user,
            password=settings.broker_password.get_secret_value(),
        )

    @classmethod
    def at(cls, url: str) -> Broker:
        """``kafka://host:port``, without TLS and without signing in."""
        return cls(servers=read_servers(url))

    def __str__(self) -> str:
        return ",".join(self.servers)

    @property
    def tls(self) -> bool:
        return self.security.endswith("SSL")

    @property
    def sasl(self) -> bool:
        return self.security.startswith("SASL")


def aiokafka_settings(broker: Broker) -> dict[str, Any]:
    """What every client of aiokafka is made with. Raises WrongSetting for a CA that is none."""
    return {
        "bootstrap_servers": list(broker.servers),
        "client_id": "zwaan",
        "request_timeout_ms": TIMEOUT_MS,
        **_security(broker),
    }


def settings(broker: Broker) -> dict[str, Any]:
    """The same for kafka-python."""
    return {**aiokafka_settings(broker), "bootstrap_timeout_ms": TIMEOUT_MS}


def faust_credentials(broker: Broker) -> Any:
    """The same for Faust, which knows the addresses already: its credentials, or None."""
    from faust.auth import SASLCredentials, SSLCredentials  # noqa: PLC0415 - slow

    if broker.sasl:
        return SASLCredentials(
            username=broker.user,
            password=broker.password,
            mechanism=broker.mechanism,
            ssl_context=_context(broker.ca) if broker.tls else None,
        )
    return SSLCredentials(_context(broker.ca)) if broker.tls else None


def _security(broker: Broker) -> dict[str, Any]:
    # Both libraries call these the same.
    found: dict[str, Any] = {"security_protocol": broker.security}
    if broker.tls:
        found["ssl_context"] = _context(broker.ca)
    if broker.sasl:
        found |= {
            "sasl_mechanism": broker.mechanism,
            "sasl_plain_username": broker.user,
            "sasl_plain_password": broker.password,
        }
    return found


@cache
def _context(ca: Path | None) -> ssl.SSLContext:
    """Certificates and host names are checked; read once, for that takes time."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        fault = (
            message("broker.no-certificate", "nothing in it is one")
            if isinstance(error, ssl.SSLError)
            else said(error.strerror or str(error))
        )
        raise WrongSetting(
            advised(
                message(
                    "broker.no-certificates",
                    "the setting ZWAAN_BROKER_CA names no file of certificates ({fault})",
                    fault=fault,
                ),
                message("do.broker.certificates", "name one in PEM format"),
            )
        ) from error


def _trouble(broker: Broker, fault: Message, remedy: Message) -> Message:
    """``fault`` is read after the broker's address."""
    where = message("kafka.trouble", "Kafka at {broker} {fault}", broker=str(broker), fault=fault)
    return advised(where, remedy)


def error_from(error: Exception, broker: Broker) -> ZwaanError:
    """Name the reaction that a failure of either library asks for.

    May block to find out why, so it is not for an event loop's own thread.
    """
    if isinstance(error, ZwaanError):
        return error
    if isinstance(error, _NEVER):
        return Rejected(
            message("kafka.refused", "Kafka refused the call ({fault})", fault=str(error))
        )
    if isinstance(error, _NOT_ALLOWED):
        return RetryLater(
            _trouble(
                broker,
                message(
                    "kafka.not-allowed", "does not allow this ({fault})", fault=type(error).__name__
                ),
                message(
                    "do.kafka.give-right",
                    "give {user} the right there",
                    user=broker.user or message("everybody", "everybody"),
                ),
            ),
            after=1.0,
        )
    if isinstance(error, STILL_SETTLING):
        return RetryLater(
            _trouble(
                broker,
                message(
                    "kafka.no-leader",
                    "is about to choose who leads a partition ({fault})",
                    fault=type(error).__name__,
                ),
                message("do.try-again-soon", "try again in a moment"),
            ),
            after=1.0,
        )
    if isinstance(error, (kafka_python.KafkaError, aiokafka.KafkaError, OSError)):
        why = diagnose(error, broker.servers, _security(broker)) or advised(
            message("kafka.no-answer", "does not answer ({fault})", fault=type(error).__name__),
            message("do.kafka.start", "start it, or correct ZWAAN_BROKER"),
        )
        return RetryLater(_trouble(broker, *fault_and_remedy(why)), after=1.0)
    raise error


_PATIENCE_MS = 2_000

_REFUSED = (
    kafka_python.SaslAuthenticationFailedError,
    aiokafka.SaslAuthenticationFailed,
    aiokafka.AuthenticationFailedError,
)
_OTHER_MECHANISM = (
    kafka_python.UnsupportedSaslMechanismError,
    aiokafka.UnsupportedSaslMechanismError,
)
#: X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL.
_OTHER_HOST = (62, 64)

#: A client's connection may be closed for many reasons; one that was made to ask, for this.
_HUNG_UP = (
    aiokafka.KafkaConnectionError,
    aiokafka.IllegalSaslStateError,
    ssl.SSLError,
    ConnectionResetError,
)


def diagnose(error: Exception, servers: Sequence[str], security: Mapping[str, Any]) -> Message:
    """Return why a broker is not reachable, to be read after its address; nothing: it is away.

    ``security`` is what a client is made with. Where the error does not say it, a connection of
    our own asks: blocks for two seconds at most.
    """
    if described := _described(error, security):
        return described
    with _asking:
        asked = (tuple(servers), tuple(security.items()))
        moment, answer = _answers.get(asked, (-_REMEMBERED, NOTHING))
        if time.monotonic() - moment > _REMEMBERED:
            with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop
                answer = thread.submit(asyncio.run, _ask_all(servers, security)).result()
            _answers[asked] = (time.monotonic(), answer)
        return answer


#: Seconds. Everything that waits for a broker which is away fails at once; one of them asks.
_REMEMBERED = 5.0
_asking = threading.Lock()
_answers: dict[object, tuple[float, Message]] = {}


async def _ask_all(servers: Sequence[str], security: Mapping[str, Any]) -> Message:
    answers = await asyncio.gather(*(_ask(server, security) for server in servers))
    return next(filter(None, answers), NOTHING)


async def _ask(server: str, security: Mapping[str, Any]) -> Message:
    host, _, port = server.rpartition(":")
    try:
        connection = await create_conn(
            host.strip("[]"), int(port), request_timeout_ms=_PATIENCE_MS, **security
        )
        try:
            # A client that has to sign in gets no answer, and not before a request of this kind.
            await connection.send(MetadataRequest([]))
        finally:
            connection.close()
    except _HUNG_UP as error:
        return _described(error, security) or (
            advised(
                message(
                    "kafka.hangs-up",
                    "hangs up on a connection by {security}",
                    security=str(security["security_protocol"]),
                ),
                message(
                    "do.kafka.security",
                    "correct ZWAAN_BROKER_SECURITY, or the port in ZWAAN_BROKER",
                ),
            )
        )
    except (aiokafka.KafkaError, OSError) as error:
        return _described(error, security)
    return NOTHING


def _described(error: Exception, security: Mapping[str, Any]) -> Message:
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = (
            message("do.kafka.name-host", "name in ZWAAN_BROKER a host that it is for")
            if error.verify_code in _OTHER_HOST
            else message("do.kafka.name-ca", "name the file of its CA in ZWAAN_BROKER_CA")
        )
        fault = message(
            "kafka.certificate",
            "has a certificate that is not accepted ({fault})",
            fault=error.verify_message.rstrip("."),
        )
        return advised(fault, remedy)
    if isinstance(error, _REFUSED):
        return advised(
            message(
                "kafka.password",
                "refuses {user} with this password",
                user=str(security.get("sasl_plain_username")),
            ),
            message("do.kafka.password", "correct ZWAAN_BROKER_USER or ZWAAN_BROKER_PASSWORD"),
        )
    if isinstance(error, _OTHER_MECHANISM):
        return advised(
            message(
                "kafka.mechanism",
                "does not sign anybody in by {mechanism}",
                mechanism=str(security.get("sasl_mechanism")),
            ),
            message("do.kafka.mechanism", "correct ZWAAN_BROKER_SASL_MECHANISM"),
        )
    return NOTHING
