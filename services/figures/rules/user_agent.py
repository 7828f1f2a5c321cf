"""Which machine a user agent names, if it names one.

The list of crawlers that the package crawler-user-agents keeps, and the shape of what calls itself a
machine: an address to read about it, a machine's word, or no browser and no device. What is a phone's
model, or a known app's browser, is never taken for a name.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

#: Agents whose answer is remembered; visitors' browsers are far fewer.
_REMEMBERED = 65_536
_LONGEST = 500

#: The makers of previews of networks that our users post to, by the name that is shown.
_PREVIEWS = (
    *("LinkedInBot", "Twitterbot", "Slackbot", "facebookexternalhit", "Facebot"),
    *("WhatsApp", "TelegramBot", "Discordbot", "Mastodon", "Pleroma", "Misskey", "Cardyb"),
    *("SkypeUriPreview", "MicrosoftPreview", "Meta-ExternalHit"),
)
_NETWORKS = (
    *_PREVIEWS,
    *("Slack-ImgProxy", "Googlebot", "bingbot"),
    *("python-requests", "python-urllib", "aiohttp", "httpx", "curl", "Wget", "Go-http-client"),
)
_SPELT = {name.lower(): name for name in _NETWORKS}
_NETWORK = re.compile("|".join(map(re.escape, _NETWORKS)), re.IGNORECASE)
_PREVIEWERS = tuple(name.lower() for name in _PREVIEWS)

# A device's model may hold any word: "Android 8.0.0; CUBOT_P20", "Build/AP3A.240617".
_MODEL = re.compile(r"(Android [\d.]+;)[^;()]*(?:\([^()]*\))?|[^;()]*\bBuild/[^;()]*")
_ENGINE = re.compile(
    r"AppleWebKit|Gecko/|Trident/|\bMSIE \d|Presto/|KHTML|Goanna/|Opera", re.IGNORECASE
)
_DEVICE = re.compile(
    r"Android|iPhone|iPad|iOS|Darwin/|CFNetwork|Windows|Macintosh|Mac_PowerPC|Amiga|MorphOS|BeOS|Haiku"
    r"|Syllable|BlackBerry|Nokia|^MOT-|Roku|PlayStation|PS4|Sonos|MIDP|Dalvik|QuickTime|Nintendo|X11"
    r"|UCWEB|MSOffice|ms-office|Outlook|Konqueror|Inferno|Voyager|Galaxy|^HTC|^GoogleApp",
    re.IGNORECASE,
)
# Browsers in apps, and programs that people read in, though lists of crawlers name some of them.
_APPS = re.compile(
    r"FBAN|FBAV|FB_IAB|MetaIAB|Instagram|LinkedInApp|Slack/|Twitter for|Viber|Snapchat|Pinterest"
    r"|WhatsApp/|Teams/|Discord/|Telegram|Line/|GSA/|DuckDuckGo/|Code/|Trae/|Fluid|NCSA_Mosaic"
    r"|YLT Chrome|TSM-turingos|GTmetrix"
)
_READERS = re.compile(
    r"^(?:Lynx|Links|ELinks|w3m|Dillo|NetSurf|Emacs-W3|MozacFetch)\b|^\[FB(?:AN|_IAB)"
    r"|^Pinterest/[\d.]+$|^Mozilla/5\.0 \((?:X11|Windows NT|Macintosh)[^)]*\) [\w.]+/[\d.]+ AppleWebKit.*QtWebEngine/",
    re.IGNORECASE,
)
# What calls itself a machine tells where to read about it.
_ADDRESS = re.compile(
    r"https?:|www\.|\bmailto:|[\w.+-]+(?:@|\[at\])[\w-]+\.[a-z]{2,}"
    r"|[a-z0-9-]{2,}\.(?:com|net|org|io|ai|de|nl)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"bots?(?![a-z])|robot|crawl|spider|scrap|preview|(?<!cam)scan|monitor|check(?:er)?\b|fetch|feed"
    r"|rss\b|archiv|headless|agent\b|proxy|validator|library|libwww(?!.*AppleWebKit)|parser|download|detect|grab"
    r"|inspect|analy[sz]|index(?:er)?\b|capture|synthetic|selenium|phantomjs|puppeteer|playwright"
    r"|cypress|lighthouse|page ?speed|http-?client|weblight|collector|classifier|advisor|aggregator"
    r"|probe|verif|^\w*search\b|\bping|transcod|optimiz|audit|measure|testing|devtools|cloudflare|catchpoint|rigor\b|datanyze|dejaclick|sparkler|php"
    r"|-google\b|\bgoogle(?:-|other|messages| page| search)",
    re.IGNORECASE,
)
# No browser writes these: a machine before or in the place of its own name.
_FORGED = re.compile(
    r"^[^(]*[,|] ?Mozilla/|^mozilla/|Gecko; compatible|Chrome/[\d.]+[A-Z]|^\w+$"
    r"|^(?i:python|swcd|ddg|duckduckgo/\d+ \()"
)
# An attack on whoever reads agents or keeps secrets, put in the place of one: it tells nothing of who
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
    r"|\(KHTML, like Gecko\)|(?:AppleWebKit|Chrome|Safari|Version|Mobile|Firefox|Gecko|Edg|EdgA|EdgiOS"
    r"|OPR|CriOS|FxiOS|SamsungBrowser|Vivaldi|DuckDuckGo|Ddg)(?:/[\w.]+)?|\s+"
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
    if found := _WORDS.search(said):
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
