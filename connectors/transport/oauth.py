"""The OAuth 2.0 steps that networks share: start, exchange the code, refresh, read the answer.

Built on requests-oauthlib, without its automatic refresh: with several workers that spends a
single-use refresh token more than once. Who refreshes, and under which lock, is policy and lives
in services.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from connectors.transport.http import Transport
from services.errors import NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.message import message
from services.ports import Authorization, Tokens


def authorization_url(
    transport: Transport,
    url: str,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str],
    state: str,
    **extra: str,
) -> str:
    """Where the member's browser goes to consent."""
    session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=list(scopes))
    address, _ = session.authorization_url(url, state=state, **extra)
    return transport.address(address)


def pkce_authorization(
    transport: Transport,
    url: str,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str],
    state: str,
) -> Authorization:
    """Where the browser goes, and the verifier that the exchange of the code has to show."""
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()  # S256 of RFC 7636, section 4.2
    address = authorization_url(
        transport,
        url,
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        code_challenge=base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        code_challenge_method="S256",
    )
    return Authorization(url=address, verifier=verifier)


def token_session(
    transport: Transport, *, title: str, client_id: str, redirect_uri: str | None = None
) -> OAuth2Session:
    """A session for one call to a token endpoint, which judges the answer before it is parsed.

    It is built without scopes: networks answer with fewer or in another notation, and
    requests-oauthlib takes a difference for an error.
    """
    session = transport.equip(OAuth2Session(client_id, redirect_uri=redirect_uri))

    def judge(response: requests.Response) -> requests.Response:
        return _judge(title, response)

    session.register_compliance_hook("access_token_response", judge)
    session.register_compliance_hook("refresh_token_response", judge)
    return session


@contextmanager
def connecting(title: str) -> Iterator[None]:
    """Around the exchange of a code and the look at whose account it is.

    A code is single-use: after a lost reply, or a refused look, only the member can start again.
    """
    try:
        yield
    except (OutcomeUnknown, Rejected, OAuth2Error) as error:
        raise NeedsPerson(
            message(
                "network.no-answer-connecting",
                "{title} gave no usable answer while your account was being connected",
                title=title,
            ),
            remedy=message("do.connect-network-again", "Connect {title} again.", title=title),
        ) from error


@contextmanager
def refreshing(title: str) -> Iterator[None]:
    """After a lost reply the same refresh token is tried once more.

    If the network had spent it, the next answer is a refusal and becomes NeedsPerson then; a blip
    must not disconnect anybody.
    """
    try:
        yield
    except (OutcomeUnknown, OAuth2Error) as error:
        raise RetryLater(
            message(
                "network.not-renewed",
                "{network} did not renew a connection; it is tried again later",
                network=title,
            )
        ) from error


def revoke(
    transport: Transport,
    url: str,
    *,
    title: str,
    form: Mapping[str, str],
    auth: tuple[str, str] | None = None,
) -> None:
    """Withdraw a token (RFC 7009): an unknown one is answered like one that was withdrawn."""
    with transport.equip(requests.Session()) as session:
        try:
            response = session.post(url, data=form, auth=auth)
        except OutcomeUnknown as error:
            raise RetryLater(error.message) from error
    if not response.ok:
        raise RetryLater(
            message(
                "network.not-withdrawn",
                "{network} did not withdraw the connection; it may still be valid there",
                network=title,
            )
        )


def tokens(answer: Mapping[str, Any], *, asked: Iterable[str], now: datetime) -> Tokens:
    """Tokens from an answer that was judged good. Without a scope, what was asked was granted
    (RFC 6749, section 5.1); scopes are separated by spaces or commas.
    """
    granted = answer.get("scope") or ()
    words = granted if isinstance(granted, str) else " ".join(granted)
    seconds = answer.get("expires_in")
    lifetime = timedelta(seconds=float(seconds)) if seconds else None
    return Tokens(
        access=str(answer["access_token"]),
        refresh=answer.get("refresh_token") or None,
        expires_at=now + lifetime if lifetime else None,
        scopes=frozenset(filter(None, re.split(r"[,\s]+", words))) or frozenset(asked),
    )


def _judge(title: str, response: requests.Response) -> requests.Response:
    status = response.status_code
    answer = json_object(response)
    if status == requests.codes.ok and _is_token(answer.get("access_token")):
        return _as_understood(answer)
    if status == requests.codes.too_many_requests:
        raise RetryLater(
            message(
                "network.patience",
                "{network} asks for patience; connecting is tried again later",
                network=title,
            )
        )
    # Without a word of OAuth's it is somebody in between who refuses: a blip disconnects no account.
    said = answer.get("error")
    if isinstance(said, str) and (
        status == requests.codes.unauthorized or said == "invalid_client"
    ):
        raise NeedsPerson(
            message(
                "network.wrong-credentials",
                "{title} does not accept this installation's client id and secret",
                title=title,
            ),
            remedy=message(
                "do.check-credentials",
                "Ask your administrator to check the {title} credentials in the settings.",
                title=title,
            ),
        )
    if isinstance(said, str) and 400 <= status < 500:
        raise NeedsPerson(
            message(
                "network.consent-refused",
                "{title} refused the connection or it ran out",
                title=title,
            ),
            remedy=message("do.connect-network-again", "Connect {title} again.", title=title),
        )
    raise OutcomeUnknown(
        message(
            "network.no-token",
            "{network} answered the token request with status {status} and no token",
            network=title,
            status=status,
        )
    )


def _as_understood(answer: Mapping[str, Any]) -> requests.Response:
    """The answer without what makes no sense: the libraries that read it trip over that.

    A token whose lifetime or scopes cannot be read still works, and it may be the only one left.
    """
    sensible = {"access_token": answer["access_token"], "token_type": "Bearer"}
    if _is_token(answer.get("refresh_token")):
        sensible["refresh_token"] = answer["refresh_token"]
    if lifetime := _seconds(answer.get("expires_in")):
        sensible["expires_in"] = lifetime
    scopes = answer.get("scope")
    if isinstance(scopes, list):
        scopes = " ".join(each for each in scopes if isinstance(each, str))
    if scopes and isinstance(scopes, str):
        sensible["scope"] = scopes
    understood = requests.Response()
    understood.status_code = requests.codes.ok
    understood.raw = io.BytesIO(json.dumps(sensible).encode())
    return understood


def _is_token(value: object) -> bool:
    """Return whether it is allowed in a header (RFC 6750, section 2.1: visible ASCII)."""
    return isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]+", value) is not None


def _seconds(value: object) -> int | None:
    """A lifetime, as a number or in digits; None for anything else, and for more than a life."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = int(value)
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < 100 * 365 * 86_400 else None


def json_object(response: requests.Response) -> dict[str, Any]:
    """The answer's JSON object; empty for anything else (no body, HTML, half JSON, a list)."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFlow:
    """``title`` is the network's name in messages; the addresses are public ones with a route."""

    transport: Transport
    title: str
    authorize_url: str
    token_url: str
    revoke_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        return pkce_authorization(
            self.transport,
            self.authorize_url,
            client_id=self.client_id,
            redirect_uri=redirect_uri,
            scopes=self.scopes,
            state=state,
        )

    def exchange(self, *, code: str, verifier: str | None, redirect_uri: str) -> Tokens:
        """Raises NeedsPerson when the code was refused, ran out, or its answer was lost."""
        session = token_session(
            self.transport, title=self.title, client_id=self.client_id, redirect_uri=redirect_uri
        )
        with connecting(self.title), session:
            answer = session.fetch_token(
                self.token_url,
                code=code,
                code_verifier=verifier,
                client_secret=self.client_secret,
                include_client_id=True,
            )
        return tokens(answer, asked=self.scopes, now=datetime.now(UTC))

    def revoke(self, tokens: Tokens) -> None:
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        revoke(
            self.transport, self.revoke_url, title=self.title, form=form | {"token": tokens.access}
        )
