"""Which machine a user agent names, if it names one.

The list of crawlers that the package crawler-user-agents keeps, and the shape of what calls itself a
machine: an address to read about it, a machine's word, or no browser and no device. What is a phone's
model, or a known app's browser, is never taken for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

from services.language.word_files import Table, table_of

#: Agents whose answer is remembered; visitors' browsers are far fewer.
_REMEMBERED = 65_536
_LONGEST = 500


class _Words(Table):
    """The lists of ``user_agents.toml``, where each has its note."""

    previews: tuple[str, ...]
    machines: tuple[str, ...]
    devices: tuple[str, ...]
    apps: tuple[str, ...]
    signs: tuple[str, ...]
    products: tuple[str, ...]


_LISTS = table_of(resources.files(__package__) / "user_agents.toml", _Words)


def _any_of(patterns: Iterable[str], flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(patterns), flags)


_NETWORKS = (*_LISTS.previews, *_LISTS.machines)
_SPELT = {name.lower(): name for name in _NETWORKS}
_NETWORK = _any_of(map(re.escape, _NETWORKS))
_PREVIEWERS = tuple(name.lower() for name in _LISTS.previews)

# A device's model may hold any word: "Android 8.0.0; CUBOT_P20", "Build/AP3A.240617".
_MODEL = re.compile(r"(Android [\d.]+;)[^;()]*(?:\([^()]*\))?|[^;()]*\bBuild/[^;()]*")
_ENGINE = re.compile(
    r"AppleWebKit|Gecko/|Trident/|\bMSIE \d|Presto/|KHTML|Goanna/|Opera", re.IGNORECASE
)
_DEVICE = _any_of(_LISTS.devices)
_APPS = _any_of(_LISTS.apps, re.NOFLAG)
# Programs that people read in, though lists of crawlers name some of them.
_READERS = re.compile(
    r"^(?:Lynx|Links|ELinks|w3m|Dillo|NetSurf|Emacs-W3|MozacFetch)\b|^\[FB(?:AN|_IAB)"
    r"|^Pinterest/[\d.]+$|^Mozilla/5\.0 \((?:X11|Windows NT|Macintosh)[^)]*\) [\w.]+/[\d.]+ AppleWebKit.*QtWebEngine/",
    re.IGNORECASE,
)
# A machine that names itself gives an address to read about it.
_ADDRESS = re.compile(
    r"https?:|www\.|\bmailto:|[\w.+-]+(?:@|\[at\])[\w-]+\.[a-z]{2,}"
    r"|[a-z0-9-]{2,}\.(?:com|net|org|io|ai|de|nl)\b",
    re.IGNORECASE,
)
_SIGNS = _any_of(_LISTS.signs)
# No browser writes these: a machine before or in the place of its own name.
_FORGED = re.compile(
    r"^[^(]*[,|] ?Mozilla/|^mozilla/|Gecko; compatible|Chrome/[\d.]+[A-Z]|^\w+$"
    r"|^(?i:python|swcd|ddg|duckduckgo/\d+ \()"
)
# An attack on readers of agents or keepers of secrets, put in the place of one: it says nothing of who
# sent it, and tries addresses of the server's own, never a short link's code.
_ATTACK = re.compile(
    r"\(\s*select\b|\bunion\s+(?:all\s+)?select\b|<\?|\b(?:pg_)?sleep\(|\$\{jndi:|\.env\b",
    re.IGNORECASE,
)
#: All that most browsers say; what says nothing else needs no list.
_USUAL = re.compile(
    r"^Mozilla/5\.0|\((?:Windows NT [\d.]+(?:; (?:Win64|x64|WOW64))*|Macintosh; Intel Mac OS X [\d_.]+"
    r"|X11; (?:Ubuntu; |Fedora; )?(?:Linux|CrOS) [\w. ]+|Linux; Android [\d.]+;?|(?:iPhone|iPad); "
    r"CPU (?:iPhone )?OS [\d_]+ like Mac OS X)(?:; rv:[\d.]+)?\)"
    rf"|\(KHTML, like Gecko\)|(?:{'|'.join(_LISTS.products)})(?:/[\w.]+)?|\s+"
)


@lru_cache(maxsize=_REMEMBERED)
def machine_of(user_agent: str) -> str:
    """The machine's name, or the sign of one; empty for what a person reads with."""
    agent = user_agent[:_LONGEST].strip()
    if not agent:
        return "no user agent"
    said = _MODEL.sub(r"\1", agent)
    if said.startswith("Mozilla/") and not _USUAL.sub("", said):
        return ""
    is_app = _APPS.search(said) and (_ENGINE.search(agent) or _DEVICE.search(agent))
    if _READERS.search(agent) or (is_app and not _ADDRESS.search(said)):
        return ""
    return _named(said) or ("" if _ATTACK.search(agent) else _shaped(agent, said))


def shows_previews(user_agent: str) -> bool:
    """Whether a machine asks that makes the card below a post."""
    agent = user_agent[:_LONGEST].lower()
    for name in _PREVIEWERS:  # a loop: this is asked for every visitor
        if name in agent:
            # A person's app may name its network too.
            return machine_of(user_agent) != ""
    return False


def _named(said: str) -> str:
    if found := _NETWORK.search(said):
        return _SPELT[found.group().lower()]
    if _listed().search(said):
        return next((name for name, pattern in _patterns() if pattern.search(said)), "crawler")
    if found := _SIGNS.search(said):
        return found.group().lower()
    return "names its address" if _ADDRESS.search(said) else ""


def _shaped(agent: str, said: str) -> str:
    if _FORGED.search(agent):
        return "no browser"
    is_device = _DEVICE.search(agent) is not None
    is_browser = _ENGINE.search(agent) and agent.startswith(("Mozilla", "Opera"))
    if is_device or (is_browser and "compatible" not in said):
        return ""
    return "no browser"


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each crawler by the name that its pattern shows."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - half a megabyte

    written = [str(crawler["pattern"]) for crawler in CRAWLER_USER_AGENTS_DATA]
    return [
        (
            re.sub(r"\\[bsdw]|\[[^\]]*\]|[\\^$()?:|+*]", "", each).strip(" /.;") or "crawler",
            re.compile(each),
        )
        for each in written
    ]


@cache
def _listed() -> re.Pattern[str]:
    return re.compile("|".join(pattern.pattern for _, pattern in _patterns()))
