"""Names under which people's browsers and other programs ask for a link.

Programs announce themselves as their operators document; addresses are in the names themselves.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """``share`` is the part of posts it visits, ``burst`` how many requests it makes at a time.

    ``network`` is set for a network's own program: it visits each of its posts, and no other's.
    """

    name: str
    share: float = 1.0
    burst: tuple[int, int] = (1, 1)
    network: str | None = None


PREVIEWS = (
    Agent(
        name="LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient"
        " +http://www.linkedin.com)",
        network="linkedin",
        burst=(1, 3),
    ),
    Agent(name="Twitterbot/1.0", network="x", burst=(1, 3)),
    Agent(
        name="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", share=0.35, burst=(1, 2)
    ),
    Agent(
        name="Mastodon/4.3.2 (http.rb/5.2.0; +https://social.example/) Bot",
        share=0.12,
        burst=(2, 8),
    ),
    Agent(
        name="facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        share=0.25,
        burst=(1, 2),
    ),
    Agent(name="WhatsApp/2.24.20.89 A", share=0.30),
)

LINK_CHECKERS = (
    Agent(name="Mozilla/5.0 (compatible; LinkCheck/2.1)", share=0.40, burst=(2, 5)),
    Agent(name="curl/8.9.1", share=0.10, burst=(1, 3)),
)

CRAWLERS = (
    Agent(
        name="Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1;"
        " +http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36",
        burst=(0, 2),
    ),
    Agent(
        name="Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
        " +http://www.bing.com/bingbot.htm) Chrome/141.0.0.0 Safari/537.36",
        burst=(0, 1),
    ),
)

BROWSERS = (
    Agent(
        name="Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
    ),
    Agent(
        name="Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31.2512"
    ),
    Agent(
        name="Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Mobile Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko)"
        " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
    ),
    Agent(
        name="Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
    ),
    Agent(name="Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
)
