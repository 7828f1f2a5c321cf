"""What the OAuth flows of the networks share: the consent, its decision, clients, redirect addresses."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks, SandboxOptions
from connectors.sandbox.pages import page
from connectors.sandbox.state.members import Grant
from services.text.loopback import is_loopback

_DEFAULT_NAME = "Robin de Vries"
_MAX_EMAIL, _MAX_NAME = 254, 100
_DEFAULT_EMAIL = "robin@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """A checked request for consent, as a client sent a browser to a network."""

    network: str
    client_id: str
    redirect_uri: str
    state: str
    scopes: frozenset[str]
    challenge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the member chose; ``granted`` are the scopes, which may be fewer than were asked."""

    allow: bool
    email: str
    name: str
    granted: frozenset[str]


def ask_for_consent(networks: Networks, call: Call, request: ConsentRequest) -> Answer:
    """Show the page on which a member consents."""
    values = {
        "request": request,
        "action": f"{call.path}?{call.raw_query}",
        "members": networks.members.all(),
    }
    return page(call, "consent", values, network=request.network, form_target=request.redirect_uri)


def grant_of(networks: Networks, call: Call, request: ConsentRequest, choice: Decision) -> Grant:
    """What was consented to, by a member who is made on their first consent."""
    member = networks.members.find_or_create(
        email=choice.email, name=choice.name, now_ms=networks.clock.now_ms()
    )
    call.trace.member = member.email
    return Grant(
        network=request.network,
        member=member.key,
        client_id=request.client_id,
        scopes=choice.granted,
    )


def send_code(networks: Networks, request: ConsentRequest, grant: Grant, *, seconds: int) -> Answer:
    """Send the browser back with a code that can be exchanged for ``seconds``."""
    code = networks.grants.issue_code(
        grant,
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
        expires_ms=networks.clock.now_ms() + seconds * 1000,
    )
    return Answer.redirect(redirect_back(request, {"code": code}))


def decision(form: Mapping[str, str], asked: frozenset[str]) -> Decision:
    """Read the consent form.

    ``decision`` is ``allow`` or ``deny``; ``member`` an e-mail address; ``name`` is only used for
    a member who is new; ``granted``, separated by spaces, can leave out scopes that were asked.
    """
    granted = frozenset(form["granted"].split()) & asked if "granted" in form else asked
    email = form.get("member", "").strip()[:_MAX_EMAIL] or _DEFAULT_EMAIL
    name = form.get("name", "").strip()[:_MAX_NAME]
    return Decision(
        allow=form.get("decision") == "allow",
        email=email,
        name=name or (_DEFAULT_NAME if email == _DEFAULT_EMAIL else ""),
        granted=granted,
    )


def client_known(options: SandboxOptions, client_id: str, secret: str) -> bool:
    """Return whether this is one of the configured clients with its secret."""
    expected = options.clients.get(client_id)
    return expected is not None and hmac.compare_digest(expected.encode(), secret.encode())


def redirect_allowed(options: SandboxOptions, uri: str) -> bool:
    """Return whether a consent may send a browser there.

    Only loopback, the sandbox's own host and configured hosts: a sandbox that stands on the
    internet must not become an open redirector.
    """
    try:
        parts = urlsplit(uri)
        # Reading the port checks it: whatever is no number would reach headers as it is.
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not uri.isascii() or not uri.isprintable() or "\\" in uri or " " in uri:
        return False
    if parts.scheme not in {"http", "https"} or parts.username is not None or parts.fragment:
        return False
    return host in {options.public_host, *options.redirect_hosts} or is_loopback(host)


def redirect_back(request: ConsentRequest, parameters: Mapping[str, str]) -> str:
    """Return the client's redirect address with ``parameters`` and the state it sent."""
    parts = urlsplit(request.redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()]
    if request.state:
        query.append(("state", request.state))
    return urlunsplit(parts._replace(query=urlencode(query)))
