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


def diagnose(error: Exception, servers: Sequence[str], security: Mapping[str, Any]) -> str:
    """What stands between us and a broker, to be read after its address; empty: it is away.

    ``security`` is what a client is made with. Where the error does not say it, a connection of
    our own asks: blocks for two seconds at most.
    """
    if told := _told(error, security):
        return told
    with _asking:
        asked = (tuple(servers), tuple(security.items()))
        moment, answer = _answers.get(asked, (-_REMEMBERED, ""))
        if time.monotonic() - moment > _REMEMBERED:
            with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop
                answer = thread.submit(asyncio.run, _ask_all(servers, security)).result()
            _answers[asked] = (time.monotonic(), answer)
        return answer


#: Seconds. Everything that waits for a broker which is away fails at once; one of them asks.
_REMEMBERED = 5.0
_asking = threading.Lock()
_answers: dict[object, tuple[float, str]] = {}


async def _ask_all(servers: Sequence[str], security: Mapping[str, Any]) -> str:
    answers = await asyncio.gather(*(_ask(server, security) for server in servers))
    return next(filter(None, answers), "")


async def _ask(server: str, security: Mapping[str, Any]) -> str:
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
            f"hangs up on a connection by {security['security_protocol']}; "
            "correct ZWAAN_BROKER_SECURITY, or the port in ZWAAN_BROKER"
        )
    except (aiokafka.KafkaError, OSError) as error:
        return _told(error, security)
    return ""


def _told(error: Exception, security: Mapping[str, Any]) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = (
            "name in ZWAAN_BROKER a host that it is for"
            if error.verify_code in _OTHER_HOST
            else "name the file of its CA in ZWAAN_BROKER_CA"
        )
        return (
            f"has a certificate that is not accepted ({error.verify_message.rstrip('.')}); {remedy}"
        )
    if isinstance(error, _REFUSED):
        return (
            f"refuses {security.get('sasl_plain_username')} with this password; "
            "correct ZWAAN_BROKER_USER or ZWAAN_BROKER_PASSWORD"
        )
    if isinstance(error, _OTHER_MECHANISM):
        return (
            f"does not sign anybody in by {security.get('sasl_mechanism')}; "
            "correct ZWAAN_BROKER_SASL_MECHANISM"
        )
    return ""
