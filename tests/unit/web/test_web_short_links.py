"""``/r/{code}``: every visitor arrives, and every click is kept with what the request says."""

from __future__ import annotations

import pytest

from services.figures.rules.user_agent import machine_of
from services.web.short_links import redirect_address
from tests.unit.web.organisation import ANNA, Organisation, story, vacancy


async def test_a_click_is_recorded_before_the_redirect(organisation: Organisation) -> None:
    """A followed link redirects to the story, and its click is in the sink with its user agent."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}", headers={"User-Agent": "Firefox/140"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://www.example.org/verhalen/sluis?utm_")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    (click,) = organisation.clicks.clicks
    assert click.key == post.link_code
    assert click.event.data["user_agent"] == "Firefox/140"
    assert click.event.data["method"] == "GET"
    assert click.event.data["prefetch"] is False


@pytest.mark.parametrize(
    "copied",
    [
        *("{upper}", "{title}", "{code}/", "{code}.", "{code},", "{code})", "{code}'", '{code}"', "{code}…"),
        *("{code} ", "{code}%20", "{code}&fbclid=1", "{code}%3Ffbclid=1", "{code};", "{code}*", "{code}_"),
        *("{code}%E2%80%8B", "%EF%BB%BF{code}", "/{code}", "({code})", "{first}%E2%80%8B{rest}", "{code}»"),
        *("{code}/index.html", "{code}%0A", "{code}%0D%0AMeer", "{first}%0A{rest}", "{code}: lees dit", "{code}と", "{wide}", "<{code}>"),
    ],
)  # fmt: skip
async def test_a_copied_link_leads_there(organisation: Organisation, copied: str) -> None:
    """In capitals, and with what was around it where it was copied."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    code = post.link_code
    path = copied.format(
        code=code,
        upper=code.upper(),
        title=code.capitalize(),
        first=code[:4],
        rest=code[4:],
        wide="".join(chr(ord(letter) + 0xFEE0) for letter in code),
    )
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{path}")
        capitals = await browser.get(f"/R/{code.upper()}")
    assert (answer.status_code, capitals.status_code) == (302, 302)
    assert organisation.clicks.clicks[0].key == code


@pytest.mark.parametrize(
    "copied", ["{code}x", "x{code}", "{code}9", "{short}", "zzzzzzzzzz", "", "."]
)
async def test_another_code_leads_nowhere(organisation: Organisation, copied: str) -> None:
    """What is more or less than the code is another one."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(
            f"/r/{copied.format(code=post.link_code, short=post.link_code[:9])}"
        )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("https://bücher.example/é?q=ü", "https://xn--bcher-kva.example/%C3%A9?q=%C3%BC"),
        ("https://Straße.example:8443/%C3%A9", "https://xn--strae-oqa.example:8443/%C3%A9"),
        ("https://例え。テスト/a", "https://xn--r8jz45g.xn--zckzah/a"),
        ("https://💡.example/", "https://xn--ds8h.example/"),
        ("https://a_b.example/é#ü", "https://a_b.example/%C3%A9#%C3%BC"),
    ],
)
def test_a_redirect_s_address_is_ascii(address: str, location: str) -> None:
    """An international host name is punycode, as a browser would ask for it."""
    assert redirect_address(address) == location


async def test_no_address_is_kept(organisation: Organisation) -> None:
    """The visitor's IP address occurs nowhere in the recorded click."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        await browser.get(f"/r/{post.link_code}")
    assert b"127.0.0.1" not in organisation.clicks.clicks[0].event.to_bytes()


@pytest.mark.parametrize(
    "header", [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "preview"), ("X-Moz", "prefetch")]
)
async def test_a_prefetch_is_marked(organisation: Organisation, header: tuple[str, str]) -> None:
    """A browser that loads ahead is recorded as such, by any of the headers browsers use."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        await browser.get(f"/r/{post.link_code}", headers=dict([header]))
    assert organisation.clicks.clicks[0].event.data["prefetch"] is True


async def test_head_is_answered_as_get_without_a_body(organisation: Organisation) -> None:
    """A HEAD request gets the same redirect and is recorded as HEAD."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        answer = await browser.head(f"/r/{post.link_code}")
    assert answer.status_code == 302
    assert organisation.clicks.clicks[0].event.data["method"] == "HEAD"


async def test_a_visitor_arrives_although_the_click_is_lost(organisation: Organisation) -> None:
    """When the sink refuses, the redirect is answered all the same."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    organisation.clicks.away = True
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}")
    assert answer.status_code == 302


@pytest.mark.parametrize("code", ["nothere", "nthereaaaa", "", "UPPER", "a/b", "x" * 40, "%00"])
async def test_an_unknown_code_is_a_page(organisation: Organisation, code: str) -> None:
    """A code that no one made gets a 404 page in the visitor's language, and no click."""
    async with organisation.client() as browser:
        answer = await browser.get(
            f"{organisation.parts.base_url}/r/{code}", headers={"Accept-Language": "nl-NL,nl;q=0.9"}
        )
    assert answer.status_code == 404
    assert "Deze link komt nergens uit" in answer.text
    assert not organisation.clicks.clicks


async def test_a_closed_vacancy_leads_to_the_careers_page(organisation: Organisation) -> None:
    """The links of a closed vacancy go to the careers page instead of a page that is gone."""
    campaign = await organisation.campaign(vacancy(), state="closed")
    post = await organisation.post(campaign, ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}")
    assert answer.headers["Location"] == "http://127.0.0.1:8000/jobs"


async def test_a_target_is_encoded_once(organisation: Organisation) -> None:
    """Letters beyond ASCII in an address are percent-encoded; what was encoded stays."""
    content = story(url="https://www.example.org/één-verhaal?q=%C3%A9&a=b%20c")
    post = await organisation.post(await organisation.campaign(content), ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}")
    assert answer.headers["Location"].startswith(
        "https://www.example.org/%C3%A9%C3%A9n-verhaal?q=%C3%A9&a=b%20c"
    )
    assert "%25" not in answer.headers["Location"]


async def test_other_methods_are_refused(organisation: Organisation) -> None:
    """A short link is for GET and HEAD only."""
    async with organisation.client() as browser:
        answer = await browser.post("/r/abcdef")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


PREVIEWERS = [
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mastodon/4.4.0 (http.rb/5.3.1; +https://mastodon.example/) Bot",
    "Twitterbot/1.0",
]


@pytest.mark.parametrize("robot", PREVIEWERS)
async def test_a_preview_robot_reads_the_story_s_card(
    organisation: Organisation, robot: str
) -> None:
    """Title, text and image, escaped, with the link itself as address; the visit is kept as any."""
    content = story(
        title='Sluis <"A">',
        images=[{"url": "https://www.example.org/sluis.jpg", "alt": "De deur"}],
    )
    post = await organisation.post(await organisation.campaign(content), ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}", headers={"User-Agent": robot})
        head = await browser.head(f"/r/{post.link_code}", headers={"User-Agent": robot})
    assert (answer.status_code, head.status_code) == (200, 200)
    for property_, said in (
        ("og:title", "Sluis &lt;&#34;A&#34;&gt;"),
        ("og:image", "https://www.example.org/sluis.jpg"),
        ("og:image:alt", "De deur"),
        ("og:url", f"{organisation.parts.base_url}/r/{post.link_code}"),
    ):
        assert f'<meta property="{property_}" content="{said}">' in answer.text
    assert "schipper" in answer.text
    assert 'name="twitter:card" content="summary_large_image"' in answer.text
    assert 'href="https://www.example.org/verhalen/sluis?utm_' in answer.text
    click, _ = organisation.clicks.clicks
    assert click.event.data["user_agent"] == robot
    assert machine_of(robot)


@pytest.mark.parametrize(
    "reader",
    [
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "curl/8.5.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 [LinkedInApp]/9.30",
    ],
)
async def test_who_shows_no_card_is_sent_on(organisation: Organisation, reader: str) -> None:
    """Search engines, programs, and people in a network's app."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{post.link_code}", headers={"User-Agent": reader})
    assert answer.status_code == 302


async def test_a_card_follows_what_became_of_its_campaign(organisation: Organisation) -> None:
    """A vacancy has one without an image; a closed one none: the robot goes where all go."""
    robot = {"User-Agent": PREVIEWERS[0]}
    open_, closed = [
        await organisation.post(
            await organisation.campaign(vacancy(vacancy_id=state), state=state), ANNA
        )
        for state in ("open", "closed")
    ]
    async with organisation.client() as browser:
        answer = await browser.get(f"/r/{open_.link_code}", headers=robot)
        gone = await browser.get(f"/r/{closed.link_code}", headers=robot)
    assert 'name="twitter:card" content="summary"' in answer.text
    assert "og:image" not in answer.text
    assert (gone.status_code, gone.headers["Location"]) == (302, "http://127.0.0.1:8000/jobs")
