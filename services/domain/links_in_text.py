"""Where X sees links in a text: addresses with a scheme, and bare domains.

The rules are those of twitter-text (https://github.com/twitter/twitter-text), because what X sees
as a link is replaced by a t.co address, counts 23 and costs more. Pure and linear in the text.
"""

from __future__ import annotations

import re

from services.domain.top_level_domains import TOP_LEVEL_DOMAINS

_ACCENTED = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_NOT_IN_DOMAIN = (
    r"\s!'#%&()*+,\\/:;<=>?@\[\]^{|}~$\u180e\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ufffe\ufeff\uffff"
)
_LABEL = rf"[^.{_NOT_IN_DOMAIN}]++"
# A whole run of labels at once: a run is never entered in its middle, so scanning stays linear.
_HOST = re.compile(rf"(?<![^{_NOT_IN_DOMAIN}]){_LABEL}(?:\.{_LABEL})++")
_ASCII_LABELS = re.compile(rf"(?:[-A-Za-z0-9{_ACCENTED}]+\.)+")
_PORT = re.compile(":[0-9]+")
_PATH_CHARACTER = rf"[A-Za-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}]"
_PARENTHESES = (
    rf"\((?:{_PATH_CHARACTER}+|{_PATH_CHARACTER}*\({_PATH_CHARACTER}+\){_PATH_CHARACTER}*)\)"
)
_PATH_END = rf"(?:[+\-A-Za-z\u0400-\u04ff0-9=_#/{_ACCENTED}]|{_PARENTHESES})"
_PATH = re.compile(
    rf"/(?:{_PATH_CHARACTER}*(?:{_PARENTHESES}{_PATH_CHARACTER}*)*{_PATH_END}"
    rf"|@{_PATH_CHARACTER}+/)*"
)
_QUERY = re.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/]")
_SHORTENED = re.compile(r"https?://t\.co/([A-Za-z0-9]+)", re.IGNORECASE)
_LONGEST = 4096
_LONGEST_SHORTENED_SLUG = 40
_LONGEST_TLD = max(map(len, TOP_LEVEL_DOMAINS))


def link_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every link, in order, not overlapping."""
    if "." not in text:
        return []
    spans: list[tuple[int, int]] = []
    for host in _HOST.finditer(text):
        start = host.start()
        name = host[0][:_LONGEST]
        if spans and start < spans[-1][1]:
            continue  # a file name in the path of the link before
        scheme = _scheme_before(text, start)
        found = _schemed(text, start, name, scheme) if scheme else _bare(text, start, name)
        spans.extend(found)
    return spans


def has_link(text: str) -> bool:
    """Whether X would see a link in this text."""
    return bool(link_spans(text))


def _scheme_before(text: str, start: int) -> int:
    """Length of ``http://`` or ``https://`` right before a host, else 0."""
    for scheme in ("https://", "http://"):
        if text[max(0, start - len(scheme)) : start].lower() == scheme:
            return len(scheme)
    return 0


def _schemed(text: str, start: int, host: str, scheme: int) -> list[tuple[int, int]]:
    length = _domain_length(host, text[start + len(host) : start + len(host) + 1])
    first = start - scheme
    if not length or not _may_precede(text, first) or not _encodable(host[:length]):
        return []
    end = _after_port_path_query(text, start + length)
    if shortened := _SHORTENED.match(text, first, end):
        if len(shortened[1]) > _LONGEST_SHORTENED_SLUG:
            return []
        query = _QUERY.match(text, shortened.end(), end)
        end = query.end() if query else shortened.end()
    return [(first, end)] if end - first <= _LONGEST else []


def _bare(text: str, start: int, host: str) -> list[tuple[int, int]]:
    if not _may_precede(text, start) or (start and text[start - 1] in "-_./"):
        return []
    length = _domain_length(host, text[start + len(host) : start + len(host) + 1])
    domain = host[:length]
    if not length or not _encodable(domain):
        return []
    spans = []
    position = 0
    while labels := _ASCII_LABELS.search(domain, position):
        end = _ascii_end(domain, labels.start(), labels.end(), text[start + length :][:1])
        if end:
            spans.append((start + labels.start(), start + end))
        position = end or labels.end()
    if spans:
        after = _after_port(text, start + length)
        if path := _PATH.match(text, after):
            query = _QUERY.match(text, path.end())
            spans[-1] = (spans[-1][0], query.end() if query else path.end())
    return spans


def _ascii_end(domain: str, start: int, end: int, following: str) -> int:
    """Where the longest plain domain that begins at ``start`` ends, or 0."""
    while end > start:
        if length := _tld_length(domain[end:], following):
            return end + length
        end = domain.rfind(".", start, end - 1) + 1
    return 0


def _domain_length(host: str, following: str) -> int:
    """Length of the longest valid domain at the start of a run of labels, or 0."""
    labels = host.split(".")
    good = 0  # labels that may stand before the domain name
    for label in labels[:-1]:
        if label[0] in "-_" or label[-1] in "-_":
            break
        good += 1
    for last in range(min(good, len(labels) - 1), 0, -1):
        if "_" in labels[last - 1]:
            continue
        tail = ".".join(labels[last:])
        if length := _tld_length(tail, following):
            return len(host) - len(tail) + length
    return 0


def _tld_length(tail: str, following: str) -> int:
    """Length of the top-level domain at the start of ``tail``; ``following`` comes after it."""
    if tail[:4].lower() == "xn--":
        return len(re.match(r"[-0-9A-Za-z]+", tail)[0])  # type: ignore[index]
    if tail[:1].isascii():
        letters = re.match("[A-Za-z]*", tail)[0]  # type: ignore[index]
        known = letters.lower() in TOP_LEVEL_DOMAINS
        return len(letters) if known and _ends(tail, len(letters), following) else 0
    for length in range(min(len(tail), _LONGEST_TLD), 0, -1):
        if tail[:length] in TOP_LEVEL_DOMAINS and _ends(tail, length, following):
            return length
    return 0


def _ends(tail: str, length: int, following: str) -> bool:
    after = tail[length : length + 1] or following
    return not after or not (after.isascii() and (after.isalnum() or after in "@+-"))


def _may_precede(text: str, start: int) -> bool:
    """Whether a link may begin here: not inside a word, a mention, a hashtag or a cashtag."""
    if start == 0:
        return True
    before = text[start - 1]
    if before.isascii():
        return not before.isalnum() and before not in "@$#"
    return before not in "\uff20\uff03\ufffe\ufeff\uffff"


def _encodable(domain: str) -> bool:
    """Whether the domain has a DNS form: every label at most 63 bytes in Punycode."""
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True


def _after_port(text: str, position: int) -> int:
    port = _PORT.match(text, position)
    return port.end() if port else position


def _after_port_path_query(text: str, position: int) -> int:
    position = _after_port(text, position)
    for part in (_PATH, _QUERY):
        if found := part.match(text, position):
            position = found.end()
    return position
