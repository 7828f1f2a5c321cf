"""An address as the Location of an answer: ASCII, and nothing encoded twice."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import idna

# What may stand in an address as it is (RFC 3986).
_PLAIN = ":/%#?=@[]!$&'()*+,;~"


def redirect_address(address: str) -> str:
    """International host names in punycode, as browsers do; other letters as UTF-8 in percents."""
    if not address.isascii():
        address = _with_ascii_host(address)
    return quote(address, safe=_PLAIN)


def _with_ascii_host(address: str) -> str:
    parts = urlsplit(address)
    host, colon, port = parts.netloc.partition(":")
    try:
        host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        # What the standard leaves out, such as emoji; browsers take it all the same.
        host = ".".join(map(_label, host.lower().split(".")))
    return parts._replace(netloc=f"{host}{colon}{port}").geturl()


def _label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
