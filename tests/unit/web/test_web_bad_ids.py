"""An id that is no one's, or no id at all, is 404 on every address; so is another person's."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi import HTTPException, Request

from services.web.app import create_pages
from services.web.middleware import refuse_impossible_ids
from tests.unit.web.organisation import ANNA, BEN, Organisation, form_token, story, vacancy
from tests.unit.web.test_web_security import routes

IDS = (
    "abc",
    "-1",
    "9" * 25,
    "x" * 3000,
    "a\x00b",
    "字😀",
    "'--",
    "%s",
    "a b?#",
    "{{7*7}}",
    "f" * 32 + "\n",
)
#: Bytes that are no UTF-8, and escapes in an escape.
RAW = ("%ff", "%ed%a0%80", "%2500", "..%2f..%2fetc")
NAMES = (*(quote(each, safe="") for each in IDS), *RAW)
#: Each address meets every third of them, so that neighbours meet all.
TURNS = 3
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
    """With any text in the place of an id, from any person: nothing happens."""
    wrong = []
    async with organisation.staff("all@example.org", *ROLES) as browser:
        token = form_token((await browser.get("/profile")).text)
        browser._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        pages = [each for each in addresses(organisation) if each[0] in ("GET", "POST")]
        assert len(pages) > 40
        for number, (method, path) in enumerate(pages):
            for name in NAMES[number % TURNS :: TURNS]:
                answer = await browser.request(
                    method,
                    path.replace("{id}", name),
                    headers={"X-CSRF-Token": token, "Authorization": "Bearer owner-token"},
                )
                if answer.status_code != 404:
                    wrong.append(f"{method} {path} {name[:20]} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert not organisation.log.records


async def test_another_persons_draft_is_404(organisation: Organisation) -> None:
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


@pytest.mark.parametrize(
    ("ids", "query"), [({"a": "\x00"}, b""), ({"a": "x" * 301}, b""), ({}, b"campaign=%00")]
)
async def test_no_database_is_asked_for_what_it_cannot_read(
    ids: dict[str, str], query: bytes
) -> None:
    """PostgreSQL refuses a NUL as a fault of the statement."""
    scope = {"type": "http", "path_params": ids, "query_string": query, "headers": []}
    with pytest.raises(HTTPException) as refused:
        await refuse_impossible_ids(Request(scope))
    assert refused.value.status_code == 404


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
