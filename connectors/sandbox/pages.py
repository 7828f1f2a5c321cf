"""The pages that people see: posts, what went wrong, and the consent of every network's OAuth."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Networks, SandboxOptions
from connectors.sandbox.state.members import Grant
from connectors.sandbox.state.posts import Post
from services.language import DEFAULT, LANGUAGES, primary_language
from services.text.web_address import is_loopback

_NAMES: Mapping[str, str] = {"linkedin": "LinkedIn", "x": "X", "mastodon": "Mastodon"}

_environment = Environment(
    loader=PackageLoader("templates", "sandbox"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    call: Call,
    template: str,
    values: Mapping[str, Any],
    *,
    network: str,
    status: int = 200,
    form_target: str | None = None,
) -> Answer:
    """Render ``{template}.html`` in the reader's language.

    ``form_target`` is an address to which the answer to the page's form will redirect: browsers
    apply ``form-action`` to redirects as well (CSP level 3, section 6.4.1).
    """
    language = reader_language(call)
    body = _environment.get_template(f"{template}.html").render(
        {
            **values,
            "language": language,
            "network": network,
            "network_name": _NAMES[network],
            "query": call.query,
        }
    )
    targets = "'self'"
    if form_target is not None:
        parts = urlsplit(form_target)
        targets += f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {targets};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    return Answer(
        status=status,
        body=body.encode(),
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", policy),
            ("content-language", language),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ),
    )


def stylesheet() -> bytes:
    """Return the style of all sandbox pages."""
    return _environment.get_template("sandbox.css").render().encode()


def reader_language(call: Call) -> str:
    """Return one of ours: from ``?lang=``, else the first that the browser accepts."""
    asked = call.query.get("lang") or call.form.get("lang")
    if asked in LANGUAGES:
        return asked
    for part in call.headers.get("accept-language", "").split(","):
        language = primary_language(part.partition(";")[0].strip())
        if language in LANGUAGES:
            return language
    return DEFAULT


def show_linkedin_post(networks: Networks, call: Call) -> Answer:
    """Show the page below ``/feed/update/``."""
    return _show(networks, call, "linkedin")


def show_x_post(networks: Networks, call: Call) -> Answer:
    """Show the page of a post; X finds it by its number, behind any name."""
    return _show(networks, call, "x")


def show_mastodon_post(networks: Networks, call: Call) -> Answer:
    """Show the page of a status, which is found by its number."""
    return _show(networks, call, "mastodon")


def show_image(networks: Networks, call: Call) -> Answer:
    """Return the bytes of an image."""
    network, media_id = call.parameters["network"], call.parameters["media_id"]
    medium = networks.media.find(network, media_id)
    if medium is None or medium.data is None or medium.mime is None:
        return Answer(status=404)
    return Answer(
        status=200,
        body=medium.data,
        headers=(("content-type", medium.mime), ("x-content-type-options", "nosniff")),
    )


def _show(networks: Networks, call: Call, network: str) -> Answer:
    post = networks.posts.find_live(network, call.parameters["post_id"])
    if post is None:
        return page(call, "gone", {}, network=network, status=404)
    values = {
        "post": post,
        "member": networks.members.by_key(post.member),
        "at": from_milliseconds(post.created_ms),
        "article": post.content.get("article"),
        "images": _images(networks, post),
        "figures": networks.visitor.figures(post),
    }
    return page(call, "post", values, network=network)


def _images(networks: Networks, post: Post) -> list[dict[str, str]]:
    """Return id and alternative text of the images that a post shows."""
    match post.content:
        case {"media": {"id": str(urn), **more}}:
            return [{"id": urn, "alt": str(more.get("altText", ""))}]
        case {"article": {"thumbnail": str(urn), **more}}:
            return [{"id": urn, "alt": str(more.get("thumbnailAltText", ""))}]
        case {"multiImage": {"images": list(images)}}:
            return [{"id": image["id"], "alt": image.get("altText", "")} for image in images]
        case {"media_ids": list(ids)}:
            found = [networks.media.find(post.network, media_id) for media_id in ids]
            return [{"id": medium.media_id, "alt": medium.alt_text} for medium in found if medium]
        case _:
            return []


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

    Only loopback, the sandbox's own host and configured hosts: a sandbox on the
    internet must not become an open redirector.
    """
    try:
        parts = urlsplit(uri)
        # Reading the port checks it: text that is no number would reach headers as it is.
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
