"""Honest clicks: which of them was a person, and the reason when not.

A preview bot, a HEAD request and a prefetch count zero people; a second click by the same visitor
on the same link within the window counts once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

#: A visitor's next click on the same link within this time is a duplicate.
DUPLICATE_WINDOW = timedelta(minutes=30)


class ClickClass(StrEnum):
    HUMAN = "human"
    BOT = "bot"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reason`` says in words why a click is not counted as a person; empty for a person."""

    click_class: ClickClass
    reason: str = ""


# The first name that occurs in the user agent is the reason shown, as it is spelt here whatever the
# agent wrote: reasons are counted, and there are only so many. The networks document their own
# fetchers (LinkedInBot, Twitterbot, facebookexternalhit, Slackbot); the general words at the end
# catch crawlers and scripts that name themselves (Cubot makes phones).
_BOTS = (
    *("LinkedInBot", "Twitterbot", "Slackbot", "Slack-ImgProxy", "facebookexternalhit", "Facebot"),
    *("WhatsApp", "TelegramBot", "Discordbot", "Mastodon", "Pleroma", "Misskey"),
    *("SkypeUriPreview", "MicrosoftPreview", "Google-InspectionTool", "Googlebot", "bingbot"),
    *("Applebot", "DuckDuckBot", "YandexBot", "Baiduspider", "HeadlessChrome", "PhantomJS"),
    *("python-requests", "python-urllib", "aiohttp", "httpx", "curl", "Wget", "Go-http-client"),
    *("okhttp", "Java/", "libwww", "node-fetch", "axios"),
    *("bot", "crawler", "spider", "preview", "scanner", "monitor"),
)
_SPELT = {name.lower(): name for name in _BOTS}
_BOT = re.compile(
    "|".join(r"(?<!cu)bot\b" if name == "bot" else re.escape(name) for name in _BOTS),
    re.IGNORECASE | re.ASCII,
)


def classify(*, method: str, user_agent: str, prefetch: bool) -> Verdict:
    """Tell a person from a machine by what the request says of itself."""
    if method != "GET":
        return Verdict(click_class=ClickClass.BOT, reason=f"{method} request")
    if prefetch:
        return Verdict(click_class=ClickClass.BOT, reason="prefetch")
    if not user_agent:
        return Verdict(click_class=ClickClass.BOT, reason="no user agent")
    found = _BOT.search(user_agent)
    if found:
        return Verdict(click_class=ClickClass.BOT, reason=_SPELT[found.group(0).lower()])
    return Verdict(click_class=ClickClass.HUMAN)


def visitor_key(*, salt: bytes, address: str, user_agent: str) -> str:
    """A keyed hash that tells visitors apart for a day; without ``salt`` nobody can redo it."""
    digest = hashlib.blake2b(
        f"{address}\x1f{user_agent}".encode("utf-8", "surrogatepass"), key=salt, digest_size=8
    )
    return digest.hexdigest()
