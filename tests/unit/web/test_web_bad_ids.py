"""An id that is nobody's, or no id at all, is 404 on every address; so is another person's."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from services.web.app import create_pages
from tests.unit.web.organisation import ANNA, BEN, Organisation, form_token, story, vacancy
from tests.unit.web.test_web_security import routes

IDS = (
    *("abc", "0", "-1", "1e9", "1.0", "99999999999999999999999", "x" * 3000, "0" * 300),
    *("\x00", "a\x00b", "\x1f", "字", "é" * 200, "😀", "\u200b", "\u202e", "\ufeff"),
    *("'--", "{{7*7}}", "<b>", "%", "%s", "a b", ";", "&", "?", "#", "null", "None", "*"),
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff\n"),
)  # fmt: skip
#: As bytes that are no UTF-8, and escapes in an escape.
RAW = ("%ff", "%c0%80", "%ed%a0%80", "%2500", "%25%30%30", "..%2f..%2fetc", "%2e%2e", "%5c")
ROLES = ("ambassador", "recruiter", "marketing", "administrator")


def addresses(organisation: Organisation) -> list[tuple[str, str]]:
    """Method and path of every route with an id; its place is ``{id}``."""
    found = []
    for route in routes(create_pages(organisation.parts)):
        path = str(route.path)
        if "{" not in path:
            continue
        homes = ["vacancies", "stories"] if path.startswith("/{home}") else ["x"]
        for home in homes:
            filled = path.replace("{home}", home)
            start, _, rest = filled.partition("{")
            found += [
                (method, f"{start}{{id}}{rest.partition('}')[2]}") for method in route.methods or ()
            ]
    return found


async def test_a_bad_id_is_404_everywhere(organisation: Organisation) -> None:
    """Whatever stands in the place of an id, and whoever asks; nothing happens."""
    wrong = []
    async with organisation.staff("all@example.org", *ROLES) as browser:
        token = form_token((await browser.get("/profile")).text)
        browser._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        pages = [each for each in addresses(organisation) if each[0] in ("GET", "POST")]
        assert len(pages) > 40
        for method, path in pages:
            for name in [*(quote(each, safe="") for each in IDS), *RAW]:
                answer = await browser.request(
                    method,
                    path.replace("{id}", name),
                    headers={"X-CSRF-Token": token, "Authorization": "Bearer owner-token"},
                )
                if answer.status_code != 404:
                    wrong.append(f"{method} {path} {name[:20]} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert not organisation.log.records


async def test_somebody_else_s_is_404(organisation: Organisation) -> None:
    """A draft of a colleague is not there, and a story is no vacancy."""
    about, opened = await organisation.campaign(story()), await organisation.campaign(vacancy())
    post = await organisation.post(about, BEN)
    wrong = []
    async with organisation.staff("anna@example.org", *ROLES) as browser:
        token = form_token((await browser.get("/profile")).text)
        for method, path in addresses(organisation):
            if path.startswith(("/inbox", "/profile/voice/answers")):
                ids = [post.id, about.id, ANNA.id]
            elif path.startswith("/vacancies"):
                ids = [about.id, post.id]
            elif path.startswith("/stories"):
                ids = [opened.id, post.id]
            elif path.startswith("/administration/people"):
                ids = [post.id, about.id]
            else:
                continue
            for each in ids:
                answer = await browser.request(
                    method, path.replace("{id}", each), headers={"X-CSRF-Token": token}
                )
                if answer.status_code != 404:
                    wrong.append(f"{method} {path} {each} {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("campaign", ["abc", "%00", "%ff", "x" * 3000, "-1", "字"])
async def test_a_bad_campaign_of_the_statistics_is_404(
    organisation: Organisation, campaign: str
) -> None:
    """As JSON that says what to do."""
    headers = {"Authorization": "Bearer owner-token"}
    async with organisation.client(**headers) as system:
        answer = await system.get(f"/api/v1/stats?campaign={campaign}")
    assert answer.status_code == 404
    assert answer.json()["remedy"]
