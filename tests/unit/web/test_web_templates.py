"""Marketing's pages for share texts: written, checked while typing, tried, kept and put back."""

from __future__ import annotations

import pytest

from services.voice.store import post_templates
from tests.builders import our_templates
from tests.unit.web.organisation import (
    Organisation,
    story,
    submit,
    submit_by_htmx,
)

PATH = "nl/story/craft.j2"
PAGE = f"/templates/edit/{PATH}"
TEXT = our_templates().files[PATH]
CHANGED = TEXT.replace("=== ", "=== zo-kijk-ik-", 1)
MAAIKE = "maaike@example.org"


async def test_the_list_names_every_template(organisation: Organisation) -> None:
    """Every shipped file is a link, with its language, kind and relation in words."""
    async with organisation.staff(MAAIKE, "marketing", language="nl") as browser:
        page = (await browser.get("/templates")).text
    for path in our_templates().pools:
        assert f'href="/templates/edit/{path}"' in page
    assert "Verhaal: hetzelfde werk als wie het schreef" in page


@pytest.mark.parametrize("role", ["ambassador", "recruiter", "administrator"])
async def test_templates_are_marketings(organisation: Organisation, role: str) -> None:
    """No one else can see or change a template."""
    async with organisation.staff("someone@example.org", role) as browser:
        assert (await browser.get("/templates")).status_code == 403
        assert (await browser.get(PAGE)).status_code == 403


async def test_a_template_is_saved_and_put_back(organisation: Organisation) -> None:
    """A change is a version in use with its author; the shipped one comes back with a press."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        saved = await submit(browser, PAGE, PAGE, text=CHANGED, based_on="0")
        assert saved.headers["Location"] == f"{PAGE}?saved=yes"
        page = (await browser.get(PAGE)).text
        assert "zo-kijk-ik-" in page
        assert "Version 1" in page
        assert "Maaike, " in page
        assert "Version 1" in (await browser.get("/templates")).text
        await submit(browser, PAGE, f"/templates/restore/{PATH}", version="0")
        assert await organisation.read(post_templates.active) == {}
        await submit(browser, PAGE, f"/templates/restore/{PATH}", version="1")
        assert await organisation.read(post_templates.active) == {PATH: 1}
        wrong = await submit(browser, PAGE, f"/templates/restore/{PATH}", version="8")
        assert wrong.status_code == 422
        assert "There is no such version" in wrong.text


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("Ik kijk naar {{ rol }}.", "Regel 2: Er is hier geen plek rol; kies uit answer, author,"),
        ("{% for x in title %}x{% endfor %}", "Regel 2: Hier mogen alleen plekken"),
        ("{{ title.__class__ }}", "Regel 2: Hier mogen alleen plekken"),
        ("Ik werk ook bij {{ employer }}.", "Regel 1: De werkgever hoort er precies één keer in"),
        ("Ik ben hier trots op.", "Regel 1: Hier staat een mening"),
        (
            "Ik kijk naar het werk. " * 15,
            "Regel 1: Buiten de plekken staan meer dan zestig woorden",
        ),
    ],
)
async def test_it_is_checked_while_typing(
    organisation: Organisation, clause: str, said: str
) -> None:
    """What is wrong is a sentence in the reader's language with its line, and nothing is stored."""
    header, _, rest = TEXT.partition("\n")
    text = f"{header}\n{clause}\n{rest}"
    async with organisation.staff(MAAIKE, "marketing", language="nl") as browser:
        answer = await submit_by_htmx(browser, PAGE, f"/templates/check/{PATH}", text=text)
        assert said in answer.text.replace("&#39;", "'")
        assert "<html" not in answer.text
        refused = await submit(browser, PAGE, PAGE, text=text, based_on="0")
    assert refused.status_code == 422
    assert said in refused.text
    assert await organisation.read(post_templates.active) == {}


async def test_a_layout_without_link_or_disclosure_is_reported(organisation: Organisation) -> None:
    """A post that loses the link or the employer is refused by name."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        for slot, said in (
            ("link", "The link stands here once"),
            ("employer", "The employer belongs"),
        ):
            text = TEXT.replace(f"{{{{ {slot} }}}}", "")
            answer = await submit_by_htmx(browser, PAGE, f"/templates/check/{PATH}", text=text)
            assert said in answer.text


async def test_a_change_is_tried_on_real_people(organisation: Organisation) -> None:
    """A chosen story gives the texts of the ambassadors that are there; without a script too."""
    campaign = await organisation.campaign(story())
    fields = {"text": CHANGED, "campaign": campaign.id, "network": "linkedin"}
    async with organisation.staff(MAAIKE, "marketing") as browser:
        address = f"/templates/preview/{PATH}"
        piece = await submit_by_htmx(browser, PAGE, address, **fields)
        assert "Anna de Wit" in piece.text
        assert "Deltaplan" in piece.text
        assert "Ben Ali" not in piece.text
        assert "<html" not in piece.text
        whole = await submit(browser, PAGE, address, **fields)
        assert "<html" in whole.text
        assert "Deltaplan" in whole.text
        broken = await submit_by_htmx(browser, PAGE, address, **fields | {"text": "{{ x"})
        assert "This template cannot be used yet" in broken.text
        for wrong in ({"network": "myspace"}, {"campaign": "none"}):
            answer = await submit_by_htmx(browser, PAGE, address, **fields | wrong)
            assert answer.status_code in (404, 422)


async def test_no_other_file_can_be_written(organisation: Organisation) -> None:
    """There is one file a language, kind and relation, and nothing beside them."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        for path in ("nl/story/../x.j2", "etc/passwd", "nl/story/X.j2", "nl/story/role.j2"):
            assert (await browser.get(f"/templates/edit/{path}")).status_code == 404


async def test_a_change_by_another_is_not_lost(organisation: Organisation) -> None:
    """Saving from an older version is refused, and the text that was typed stays on the page."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        await submit(browser, PAGE, PAGE, text=CHANGED, based_on="0")
        mine = CHANGED.replace("zo-kijk-ik", "zo-werk-ik")
        answer = await submit(browser, PAGE, PAGE, text=mine, based_on="0")
    assert answer.status_code == 422
    assert "Somebody else changed this template meanwhile" in answer.text
    assert "zo-werk-ik-" in answer.text
