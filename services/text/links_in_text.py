"""Where X sees links in a text: addresses with a scheme, and bare domains.

The rules are those of twitter-text (https://github.com/twitter/twitter-text), because what X sees
as a link is replaced by a t.co address, counts 23 and costs more. Pure and linear in the text.
"""

from __future__ import annotations

import re
from importlib import resources

_TOP_LEVEL_DOMAINS = frozenset(
    line
    for line in (resources.files(__package__) / "top_level_domains.txt")
    .read_text(encoding="utf-8")
    .split("\n")
    if line and not line.startswith("#")
)

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
_OTHER_SCRIPT = re.compile(rf"[^\x00-\x7f{_ACCENTED}\uff20\uff03]")
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
_LONGEST_TLD = max(map(len, _TOP_LEVEL_DOMAINS))


def link_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every link, in order, not overlapping."""
    if "." not in text:
        return []
    spans: list[tuple[int, int]] = []
    free = 0  # where the next link may begin; a character has to part it from the one before
    for host in _HOST.finditer(text):
        start = max(host.start(), free)
        if start >= host.end():
            continue
        name = text[start : host.end()][:_LONGEST]
        scheme = _scheme_before(text, start) if start == host.start() else 0
        if scheme and start - scheme >= free:
            found, end = _schemed(text, start, name, scheme)
        else:
            found, end = _bare(text, start, name)
        if found:
            spans += found
            free = end + 1
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


_NOTHING: tuple[list[tuple[int, int]], int] = ([], 0)


def _schemed(text: str, start: int, host: str, scheme: int) -> tuple[list[tuple[int, int]], int]:
    """The link with this host, and where the text after it begins."""
    length = _domain_length(host, text[start + len(host) : start + len(host) + 1])
    first = start - scheme
    if not length or not _may_precede(text, first) or not _encodable(host[:length]):
        return _NOTHING
    end = after = _after(_QUERY, text, _after(_PATH, text, _after(_PORT, text, start + length)))
    if shortened := _SHORTENED.match(text, first, end):
        if len(shortened[1]) > _LONGEST_SHORTENED_SLUG:
            return _NOTHING
        end = _after(_QUERY, text, shortened.end())
    return ([(first, end)], after) if end - first <= _LONGEST else _NOTHING


def _bare(text: str, start: int, host: str) -> tuple[list[tuple[int, int]], int]:
    """The plain domains in this run of labels, and where the text after them begins.

    Only ASCII and accented letters are part of them: other scripts write without blanks, and the
    characters before a domain there are a sentence.
    """
    if not _may_precede(text, start):
        if not (other := _OTHER_SCRIPT.search(host)):
            return _NOTHING
        start += other.end()
        host = host[other.end() :]
    length = _domain_length(host, text[start + len(host) : start + len(host) + 1])
    domain = host[:length]
    if not length or text[start - 1 : start] in set("-_./") or not _encodable(domain):
        return _NOTHING
    spans = []
    position = 0
    while labels := _ASCII_LABELS.search(domain, position):
        end = _ascii_end(domain, labels.start(), labels.end(), text[start + length :][:1])
        if end:
            spans.append((start + labels.start(), start + end))
        position = end or labels.end()
    port = _after(_PORT, text, start + length)
    path = _after(_PATH, text, port)
    query = _after(_QUERY, text, path)
    if spans and path > port:
        spans[-1] = (spans[-1][0], query)
    return spans, query


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
        if not label or label[0] in "-_" or label[-1] in "-_":
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
        known = letters.lower() in _TOP_LEVEL_DOMAINS
        return len(letters) if known and _ends(tail, len(letters), following) else 0
    for length in range(min(len(tail), _LONGEST_TLD), 0, -1):
        if tail[:length] in _TOP_LEVEL_DOMAINS and _ends(tail, length, following):
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


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
