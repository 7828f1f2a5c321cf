"""Which requests come from this machine itself, and were passed on by nobody.

Sources: RFC 7239 (Forwarded), RFC 9110 section 7.6.3 (Via), RFC 8586 (CDN-Loop), and what proxies
send of their own (nginx, HAProxy, Envoy, Amazon, Cloudflare, Akamai, Fastly).
"""

from __future__ import annotations

import re

from starlette.requests import Request

from services.text.web_address import is_loopback

#: A proxy that sends any of these says that it asks for somebody else, whatever stands in it.
_PASSED_ON = re.compile(
    r"via|cdn-loop|(x-)?(forwarded|original|real|client|cluster|envoy|amzn|true|cf|fastly)(-.*)?"
)


def is_direct(request: Request) -> bool:
    """Whether a program on this machine asks, by a name of this machine.

    The server puts the visitor that a trusted proxy names in the place of the peer, but leaves the
    header that named it: whoever is passed on is seen by the header, and without one the peer is
    the real one. A proxy that passes on the public name is seen by that name; so is a name that
    only leads here (DNS rebinding). nginx, left as it comes, says nothing and gives its own name
    for the machine behind it, but it speaks HTTP/1.0, as nobody else here does. A proxy that hides
    all of this cannot be told apart: that is why `Settings.is_laptop` comes first.
    """
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and _names_loopback(request)
        and request.scope.get("http_version") != "1.0"
        and not any(_PASSED_ON.fullmatch(name) for name in request.headers)
    )


def _names_loopback(request: Request) -> bool:
    host = request.headers.get("Host", "")
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
