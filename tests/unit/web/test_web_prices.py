"""What a network charges is said before a post is shared, and counted afterwards."""

from __future__ import annotations

from decimal import Decimal

from services.accounts.accounts import BilledUnits
from services.people.store.people import save_ambassadors
from services.post import PostState
from services.price import X_PRICES, Prices
from tests.builders import ambassador
from tests.unit.web.organisation import ANNA, TEXT, Organisation, story, submit


async def test_the_price_is_beside_the_draft_and_the_account(
    organisation: Organisation,
) -> None:
    """For the present text, also while it is being typed; LinkedIn charges nothing."""
    organisation.with_parts(prices={"x": X_PRICES}, sandboxes=())
    about = await organisation.campaign(story())
    post = await organisation.post(about, ANNA, network="x")
    await organisation.post(about, ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        inbox = (await browser.get(f"/inbox/{post.id}")).text
        assert inbox.count("rekent je organisatie hiervoor") == 1
        assert "X rekent je organisatie hiervoor US$\xa00,20." in inbox
        typed = await submit(browser, "/inbox", f"/inbox/{post.id}/measure", text="Zonder.")
        assert "US$\xa00,015" in typed.text
        assert "US$\xa00,20 voor een bericht met een link" in (await browser.get("/profile")).text


async def test_without_prices_nothing_is_said(organisation: Organisation) -> None:
    """An organisation that pays nothing reads nothing of money; nor does one that only tries."""
    await organisation.post(await organisation.campaign(story()), ANNA, network="x")
    for prices, sandboxes in (({}, ()), ({"x": X_PRICES}, ("x",))):
        organisation.with_parts(prices=prices, sandboxes=sandboxes)
        async with organisation.signed_in("anna@example.org") as browser:
            assert TEXT[:20] in (inbox := (await browser.get("/inbox")).text)
            assert "US$" not in inbox


async def test_of_posts_that_cost_nothing_nothing_is_said(organisation: Organisation) -> None:
    """Also where what is read is charged: that is no price of a post."""
    free = Prices(with_link=Decimal(0), without_link=Decimal(0), units=X_PRICES.units)
    organisation.with_parts(prices={"x": free}, sandboxes=())
    await organisation.post(await organisation.campaign(story()), ANNA, network="x")
    async with organisation.signed_in("anna@example.org") as browser:
        for page in ("/inbox", "/profile"):
            assert "US$" not in (await browser.get(page)).text


async def test_figures_say_what_was_charged_and_how_that_is_known(
    organisation: Organisation,
) -> None:
    """Posts are counted by price; the sum is an estimate, and a post no one saw created unknown.

    The post of a small campaign is not in it: the difference would tell one person's decision.
    """
    organisation.with_parts(prices={"x": X_PRICES})
    about = await organisation.campaign(story())
    small = await organisation.campaign(story(story_id="s-small"))
    state = {"state": PostState.PUBLISHED, "published_at": organisation.clock}
    charges = 200_000, 15_000, None, None, None
    people = [ambassador(number) for number in range(5)]
    async with organisation.database.write() as transaction:
        await save_ambassadors(transaction, people, now=organisation.clock)
    for person, charged in zip(people, charges, strict=True):
        await organisation.post(about, person, network="x", charged=charged, **state)
    await organisation.post(small, people[0], network="x", charged=15_000, **state)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/figures")).text
    assert '<dd>$0.215 <span class="tag estimated">' in page
    assert '<dt>Posts at $0.20</dt><dd>1 <span class="tag measured">' in page
    assert '<dt>Posts whose price is unknown</dt><dd>3 <span class="tag unknown">' in page
    assert "The posts of one small campaign are not in it" in page
    assert "Posts read" not in page


async def test_what_is_charged_besides_posts_is_in_the_sum(organisation: Organisation) -> None:
    """Where no campaign is hidden whose posts it would tell; administrators and metrics see it
    always."""
    organisation.with_parts(prices={"x": X_PRICES})
    billed = BilledUnits({"x": X_PRICES})
    billed.count("x", "post_read", 3)
    billed.count("x", "user_read", 1)
    await billed.store(organisation.database)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        figures = (await browser.get("/figures")).text
        assert "<dt>Posts read, with their figures, at $0.005</dt><dd>3 <span" in figures
        assert "<dt>Accounts read when connecting, at $0.01</dt><dd>1 <span" in figures
        assert '<dd>$0.025 <span class="tag estimated">' in figures
        text = (await browser.get("/metrics")).text
    assert 'zwaan_charged_dollars{network="x",unit="post_read"} 0.015' in text
    await organisation.post(
        await organisation.campaign(story()), ANNA, network="x", state=PostState.PUBLISHED
    )
    async with organisation.staff("ada@example.org", "administrator") as browser:
        assert "Posts read" not in (await browser.get("/figures")).text
        assert "$0.025" in (await browser.get("/administration")).text
