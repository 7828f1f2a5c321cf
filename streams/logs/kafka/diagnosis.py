"""Why nothing can be had of a broker. The clients try again and again, and keep it to themselves."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiokafka import errors as aiokafka
from aiokafka.conn import create_conn
from aiokafka.protocol.metadata import MetadataRequest
from kafka import errors as kafka_python

from services.message import NOTHING, Message, advised, message

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
    """What stands between us and a broker, to be read after its address; nothing: it is away.

    ``security`` is what a client is made with. Where the error does not say it, a connection of
    our own asks: blocks for two seconds at most.
    """
    if told := _told(error, security):
        return told
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
            # Whoever has to sign in is told by silence, and not before a request of this kind.
            await connection.send(MetadataRequest([]))
        finally:
            connection.close()
    except _HUNG_UP as error:
        return _told(error, security) or (
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
        return _told(error, security)
    return NOTHING


def _told(error: Exception, security: Mapping[str, Any]) -> Message:
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
