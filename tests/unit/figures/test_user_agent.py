"""Machines among the visitors, measured on two public lists; people are never among them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from services.figures.rules.user_agent import machine_of

AGENTS = Path(__file__).parent / "agents"
MACHINES = """\
LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)
Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app) Chrome/W.X.Y.Z Safari/537.36
Mozilla/5.0 (compatible; Meta-ExternalHit/1.1)
Viber
Notion/1.0
GoogleOther
Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)
Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0) LinkCheck by Siteimprove.com
PostmanRuntime/7.43
WordPress/6.6; https://example.com
http.rb/5.1.1 (Mastodon/4.2.10; +https://mastodon.nl/) Bot
Java-http-client/21.0.4
node
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; TSMbot) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36
Thumbor/6.7.5, Mozilla/5.0 (Linux; Android 9; RAZER Phone) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/76.0.3809.111 Mobile Safari/537.36
""".splitlines()
PEOPLE = """\
Mozilla/5.0 (Linux; Android 13; x Build/TKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0 Mobile Safari/537.36 CamScanner/4.5
Lynx/2.9.0dev.5 libwww-FM/2.14 SSL-MM/1.4.1
Mozilla/5.0 (Linux; Android 8.0.0; CUBOT_P20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0 Mobile Safari/537.36
Mozilla/5.0 (Linux; Android 12; Monitor T7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36
Mozilla/5.0 (Linux; Android 16; Pixel 10; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 [LinkedInApp]
Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31
[FBAN/FB4A;FBAV/567.1;FBBV/1003;FBLC/nl_NL;FBMF/samsung;FBPN/com.facebook.katana;FBDV/SM-S921B;FBSV/16]
Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0;FBDV/iPhone14,5;FBLC/nl_NL]
Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/10.50
Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 TwitterAndroid
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.39.95 Chrome/126.0.6478.127 Electron/31.2.0 Safari/537.36
Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
Mozilla/5.0 (X11; Linux x86_64) Falkon/3.2.0 AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/5.15.2 Chrome/83.0.4103.122 Safari/537.36
LibWWW/5.0 (Linux; Android 9; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Mobile Safari/537.36
Mozilla/5.0 (Windows NT 10.0; Win64; x64)' UNION SELECT 1,2--
zXq2') OR 12=(SELECT 12 FROM PG_SLEEP(9))--
""".splitlines()


@pytest.mark.parametrize("agent", MACHINES)
def test_a_machine_is_known(agent: str) -> None:
    """By its name, by the address of its description, or because it is no browser."""
    assert machine_of(agent)


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_person_s_browser_is_no_machine(agent: str) -> None:
    """Nor is a phone whose model holds a machine's word, or a network's own browser."""
    assert machine_of(agent) == ""


def listed(name: str) -> list[str]:
    return (AGENTS / f"isbot_{name}.txt").read_text(encoding="utf-8").splitlines()


def test_hardly_a_machine_of_two_public_lists_is_a_person() -> None:
    """At most two of a hundred, on either list."""
    crawlers = {agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry.get("instances", ())}
    assert len(crawlers) > 2_000
    for agents in (crawlers, listed("crawlers")):
        missed = [agent for agent in agents if not machine_of(agent)]
        assert len(missed) <= 0.02 * len(agents), missed


def test_hardly_a_browser_is_a_machine() -> None:
    """At most one of a hundred: of those that people use, and with all that isbot lists beside them."""
    browsers = listed("browsers")
    for agents in (browsers, browsers + listed("unclear")):
        taken = [agent for agent in agents if machine_of(agent)]
        assert len(taken) <= 0.01 * len(agents), taken


def test_any_agent_is_judged_in_time() -> None:
    """An agent that no one sent before costs little, with any content."""
    started = time.process_time()
    for piece in ("x", "a;", "a@", "a-", "(", "Build/", "Android 1;", "Mozilla/5.0 ("):
        for number in range(20):
            machine_of(f"Mozilla/5.0 ({number}{piece * 10_000}")
    assert time.process_time() - started < 5
