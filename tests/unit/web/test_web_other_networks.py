"""Pages that show a network which another package brought, or which was taken away again."""

from __future__ import annotations

import pytest

from services.domain.network_rules import OURS
from services.domain.post import PostState
from services.use_cases.current_templates import CurrentTemplates
from tests.scripted_network import ScriptedNetwork
from tests.unit.web.organisation import ANNA, TEXT, Organisation, post_templates, story, submit

PIGEON = ScriptedNetwork("pigeon")


@pytest.fixture
def with_pigeon(organisation: Organisation) -> Organisation:
    """An installation that speaks to a network with room for 300 characters."""
    rules = {**OURS, "pigeon": PIGEON.rules}
    return organisation.with_parts(
        networks={**organisation.parts.networks, "pigeon": PIGEON},
        templates=CurrentTemplates(post_templates(), rules),
    )


async def test_every_page_shows_it_by_its_name(with_pigeon: Organisation) -> None:
    """Profile, inbox, pace, figures of reach and the templates' pages know it as any other."""
    about = await with_pigeon.campaign(story())
    await with_pigeon.post(about, ANNA, network="pigeon")
    await with_pigeon.post(about, ANNA, state=PostState.PUBLISHED, published_at=with_pigeon.clock)
    async with with_pigeon.signed_in("anna@example.org") as browser:
        for page in ("/profile", "/inbox"):
            assert "Pigeon" in (await browser.get(page)).text, page
        for page in ("/profile/pace", "/profile/reach", "/profile/voice"):
            assert (await browser.get(page)).status_code == 200, page
    async with with_pigeon.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/templates/edit/default.j2")).text
        offered = {name: f'<option value="{name}">' in page for name in (*OURS, "pigeon")}
        assert offered == {"linkedin": False, "x": False, "mastodon": True, "pigeon": True}
        assert "The other networks" in (await browser.get("/templates")).text
        for address in ("/figures", f"/stories/{about.id}/campaign"):
            assert (await browser.get(address)).status_code == 200, address


async def test_its_own_limit_holds_in_the_inbox(with_pigeon: Organisation) -> None:
    """One character more than it takes is refused with a sentence, and nothing is stored."""
    await with_pigeon.connect(ANNA, "pigeon")
    post = await with_pigeon.post(await with_pigeon.campaign(story()), ANNA, network="pigeon")
    async with with_pigeon.signed_in("anna@example.org") as browser:
        longer = TEXT + " " * 2 + "a" * (PIGEON.rules.limit - len(TEXT) - 1)
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=longer)
        assert answer.status_code == 422
        assert "te lang voor Pigeon: er moet 1 af" in answer.text
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=longer[:-1])
        assert answer.status_code in {200, 303}


async def test_what_was_written_for_a_network_that_is_gone_can_be_read(
    organisation: Organisation,
) -> None:
    """Its package was removed: the draft is shown, and approving it says in a sentence why not."""
    await organisation.connect(ANNA, "pigeon")
    post = await organisation.post(await organisation.campaign(story()), ANNA, network="pigeon")
    async with organisation.signed_in("anna@example.org") as browser:
        assert TEXT[:30] in (await browser.get("/inbox")).text
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
        assert answer.status_code == 422
        assert "Pigeon geplaatst mag worden, is niet bekend" in answer.text
