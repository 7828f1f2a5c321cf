"""The pages that people see: consent, posts, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from connectors.sandbox.exchange import Answer, Call

_LANGUAGES = ("nl", "en")
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
    """Return ``nl`` or ``en``: from ``?lang=``, else the first that the browser accepts."""
    asked = call.query.get("lang") or call.form.get("lang")
    if asked in _LANGUAGES:
        return asked
    for part in call.headers.get("accept-language", "").split(","):
        language = part.partition(";")[0].strip()[:2].lower()
        if language in _LANGUAGES:
            return language
    return "en"
