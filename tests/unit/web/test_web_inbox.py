"""The inbox: the ambassador decides on exactly the text that is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.database import audit, outbox
from services.events.incoming import StoryImage
from services.message import NOTHING, NetworkName, message
from services.post import PostState, text_sha256
from services.posts.store import posts
from services.scheduling import Pace
from tests import builders
from tests.unit.web.organisation import (
    ANNA,
    BASE,
    BEN,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)


async def test_a_draft_waits_with_its_reason(organisation: Organisation) -> None:
    """A draft shows its text, its story, and why this person was asked, in their language."""
    await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
    assert "De sluis die niet wilde sluiten" in page
    assert "Waarom jij: zelfde vak: bouw" in page
    assert TEXT in page
    assert "Proefomgeving." in page


async def test_one_story_is_in_front(organisation: Organisation) -> None:
    """Its drafts are tabs of one card, the other stories are a tap away, and a refused text
    stays in front."""
    drafts = []
    for number in range(3):
        about = await organisation.campaign(
            story(story_id=f"s-{number}", title=f"Verhaal {number}")
        )
        drafts.append([await organisation.post(about, ANNA, name) for name in ("linkedin", "x")])
    await organisation.connect(ANNA, "x")
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "1 van 3" in page
        assert page.count("<article") == 1
        (front,) = [
            both for both in drafts if f'<article class="post ready" id="{both[1].id}"' in page
        ]
        assert f'href="/inbox/{front[0].id}"' in page, "the other network of this story"
        others = [both[1].id for both in drafts if both is not front]
        assert all(page.count(f'<li><a href="/inbox/{other}"') == 1 for other in others)
        refused = await submit(browser, "/inbox", f"/inbox/{others[0]}/approve", text="a" * 999)
        assert f'<article class="post ready" id="{others[0]}"' in refused.text
        declined = await submit_by_htmx(browser, "/inbox", f"/inbox/{front[1].id}/decline")
    assert 'href="/inbox/' in declined.text.partition('<div class="bar">')[2], "where to go on"


async def test_an_empty_inbox_says_what_will_come(organisation: Organisation) -> None:
    """Without drafts the inbox says when one comes, in the person's language."""
    async with organisation.signed_in("ben@example.org") as browser:
        assert "Nothing is waiting" in (await browser.get("/inbox")).text


async def test_exactly_the_text_shown_is_approved(organisation: Organisation) -> None:
    """Approving a changed text stores that text, audits its hash, and states post.approved."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    changed = "Mijn eigen zin. https://go.example.org/r/abc Ik werk bij Deltaplan."
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=changed)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/inbox/{post.id}")
    stored = await organisation.read(posts.get, post.id)
    assert (stored.state, stored.text) == (PostState.APPROVED, changed)
    assert stored.original_text == TEXT
    (entry,) = await organisation.read(audit.of, post.id)
    detail = {"sha256": text_sha256(changed), "consent": "tap"}
    assert (entry.actor, entry.detail) == (ANNA.id, detail)
    (row,) = await organisation.read(outbox.oldest, 10)
    assert row.topic == "post.approved"


async def test_after_approving_the_card_says_what_happens_and_offers_undo(
    organisation: Organisation,
) -> None:
    """Approved for now, the card says that it goes in seconds and how to undo that, then not."""
    organisation.with_parts(pace=Pace(undo=timedelta(seconds=10)))
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        path = f"/inbox/{post.id}/approve"
        card = (await submit_by_htmx(browser, "/inbox", path, text=TEXT)).text
        assert "Gaat over enkele seconden naar LinkedIn. Tot dan kun je het ongedaan maken." in card
        assert f'action="/inbox/{post.id}/take-back"' in card
        assert 'hx-trigger="every 11s"' in card
        organisation.clock += timedelta(seconds=10)
        card = (await browser.get(f"/inbox/{post.id}", headers={"HX-Request": "true"})).text
        assert "Onderweg naar LinkedIn." in card


async def test_a_published_post_says_what_can_still_be_done(organisation: Organisation) -> None:
    """That it is out, and since when. It cannot be undone here: the card opens it and says how to
    delete it there."""
    address = "https://www.linkedin.com/feed/update/urn:li:share:7"
    post = await organisation.post(
        await organisation.campaign(story()),
        ANNA,
        state=PostState.PUBLISHED,
        published_at=organisation.clock,
        external_url=address,
    )
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get(f"/inbox/{post.id}")).text
        assert "Het staat op LinkedIn, sinds di 24 nov 10:00." in page
        assert f'href="{address}"' in page
        assert "Open je bericht op LinkedIn, kies ⋯ ernaast en dan Verwijderen." in page
        late = await submit(browser, "/inbox", f"/inbox/{post.id}/take-back")
    assert late.status_code == 422
    assert "Als het er staat, kun je het er weer afhalen." in late.text


async def test_what_was_edited_away_is_said_and_put_back(organisation: Organisation) -> None:
    """Without link and employer the page says so, refuses, and puts both back with one tap."""
    about = await organisation.campaign(story())
    written = (
        f"Drie weken.\n\nIk werk bij Deltaplan.\n{BASE}/r/{builders.draft(about, ANNA).link_code}"
    )
    post = await organisation.post(about, ANNA, text=written)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        path = f"/inbox/{post.id}"
        assert "Zet het terug" not in (await browser.get("/inbox")).text
        typed = await submit(browser, "/inbox", f"{path}/measure", text="Mijn zin.")
        assert "zegt niet meer voor wie je werkt" in typed.text
        assert "De link staat niet meer in je tekst" in typed.text
        assert f'formaction="{path}/put-back"' in typed.text
        refused = await submit_by_htmx(browser, "/inbox", f"{path}/approve", text="Mijn zin.")
        assert refused.status_code == 422
        assert "Zet die zin terug" in refused.text
        mended = "Mijn zin.\n\nIk werk bij Deltaplan.\n" + written.rpartition("\n")[2]
        for send in (submit, submit_by_htmx):
            card = await send(browser, "/inbox", f"{path}/put-back", text="Mijn zin.\r\n")
            assert f">\n{mended}</textarea>" in card.text
            assert "Zet het terug" not in card.text
        assert (await organisation.read(posts.get, post.id)).text == written
        await submit(browser, "/inbox", f"{path}/approve", text=mended)
    assert (await organisation.read(posts.get, post.id)).state is PostState.APPROVED


async def test_the_counter_counts_what_would_be_sent(organisation: Organisation) -> None:
    """A line end counts once, though forms send two characters, also beside a refusal."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = await submit(browser, "/inbox", f"/inbox/{post.id}/measure", text="a\r\nb\r\n")
        assert "3 / 3.000" in " ".join(page.text.split())
        long = "x\r\n" * 2_000
        refused = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/approve", text=long)
    assert "3.999 / 3.000" in " ".join(refused.text.split())
    assert "er moet 999 af" in refused.text


async def test_an_approval_can_be_taken_back(organisation: Organisation) -> None:
    """Until it is sent, an approved post has a button that makes it wait again."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
        assert "Ongedaan maken" in (await browser.get("/inbox")).text
        await submit(browser, "/inbox", f"/inbox/{post.id}/take-back")
    assert (await organisation.read(posts.get, post.id)).state is PostState.READY


async def test_a_post_under_way_cannot_be_taken_back(organisation: Organisation) -> None:
    """What is being published can no longer be held back, and the page says so."""
    campaign = await organisation.campaign(story())
    post = await organisation.post(campaign, ANNA, state=PostState.APPROVED)
    async with organisation.database.write() as transaction:
        await posts.move(
            transaction, post.id, before=PostState.APPROVED, after=PostState.PUBLISHING
        )
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/take-back")
    assert answer.status_code == 422
    assert (await organisation.read(posts.get, post.id)).state is PostState.PUBLISHING


async def test_declining_needs_no_reason(organisation: Organisation) -> None:
    """One press declines; the event that leaves carries no name and no e-mail address."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/decline")
    assert (await organisation.read(posts.get, post.id)).state is PostState.DECLINED
    (row,) = await organisation.read(outbox.oldest, 10)
    assert row.topic == "post.declined"
    assert ANNA.id not in row.event
    assert "anna" not in row.event


async def test_a_reason_is_kept(organisation: Organisation) -> None:
    """What a person writes when declining is stored with the post."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/decline", reason="Te vroeg.")
    assert str((await organisation.read(posts.get, post.id)).reason) == "Te vroeg."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "De tekst is leeg. Schrijf een zin, of sla de tekst over."),
        ("x" * 3001, "De tekst is te lang voor LinkedIn: er moet 1 af. Maak het korter."),
        ("a\x07b", "Er staan onzichtbare tekens in de tekst. Typ de tekst opnieuw."),
    ],
)
async def test_a_fault_is_next_to_the_field(
    organisation: Organisation, text: str, sentence: str
) -> None:
    """A text that cannot be sent is answered by one Dutch sentence, and what was typed stays."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        for send, whole in ((submit, True), (submit_by_htmx, False)):
            answer = await send(browser, "/inbox", f"/inbox/{post.id}/approve", text=text)
            assert answer.status_code == 422
            assert sentence in answer.text
            assert not text or text in answer.text
            assert ("<html" in answer.text) is whole
    assert (await organisation.read(posts.get, post.id)).state is PostState.READY


async def test_without_a_connection_one_can_connect_or_copy(organisation: Organisation) -> None:
    """A person without a connection sees how to connect and how to share by hand."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert f'formaction="/inbox/{post.id}/connect"' in page
        assert "data-copy=" in page
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
        assert answer.status_code == 409


async def test_saving_keeps_the_text_and_waits(organisation: Organisation) -> None:
    """A changed text can be kept without deciding."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/edit", text="Een nieuwe zin.")
    stored = await organisation.read(posts.get, post.id)
    assert (stored.state, stored.text) == (PostState.READY, "Een nieuwe zin.")


async def test_the_measure_is_that_of_the_network(organisation: Organisation) -> None:
    """The counter while typing is the connector's: on X a link weighs 23 and the rest shows."""
    post = await organisation.post(await organisation.campaign(story()), ANNA, "x")
    long = "a" * 260 + " https://www.example.org/a/very/long/address/that/weighs/less"
    async with organisation.signed_in("anna@example.org") as browser:
        page = await submit(browser, "/inbox", f"/inbox/{post.id}/measure", text=long)
    assert "284 / 280" in " ".join(page.text.split())
    assert "4 te veel" in page.text


async def test_the_preview_shows_the_very_string_that_is_sent(organisation: Organisation) -> None:
    """Where a network needs escaping, the escaped string is shown beside the plain text."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = await submit(browser, "/inbox", f"/inbox/{post.id}/measure", text="Klaar (echt)!")
    assert r"Klaar \(echt\)!" in page.text
    assert "Klaar (echt)!" in page.text


@pytest.mark.parametrize("action", ["approve", "decline", "edit", "take-back", "measure"])
async def test_drafts_of_others_do_not_exist(organisation: Organisation, action: str) -> None:
    """Whatever one tries with a colleague's draft is 404, as for one that never was."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("ben@example.org") as browser:
        for identity in (post.id, "nothing"):
            answer = await submit(browser, "/inbox", f"/inbox/{identity}/{action}", text="Mine")
            assert answer.status_code == 404
        assert (await browser.get(f"/inbox/{post.id}/why")).status_code == 404
    assert (await organisation.read(posts.get, post.id)).text == TEXT


async def test_a_hostile_text_is_shown_as_text(organisation: Organisation) -> None:
    """Markup in a title or a draft is escaped wherever it is shown."""
    attack = '</textarea><script>alert("x")</script>'
    campaign = await organisation.campaign(story(title=attack))
    post = await organisation.post(campaign, BEN)
    async with organisation.signed_in("ben@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/edit", text=attack)
        for path in ("/inbox", f"/inbox/{post.id}/why"):
            page = (await browser.get(path)).text
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert" in page


async def test_why_shows_the_recipe(organisation: Organisation) -> None:
    """The page behind "Why this text?" shows the original text, the overlap and the recipe."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get(f"/inbox/{post.id}/why")).text
    assert "Hooguit 4%" in page
    assert "Passage 1 van 3, woord voor woord uit de bron." in page
    assert "Toen belde hij." in page
    assert "&#34;seed&#34;: 42" in page
    assert TEXT in page


async def test_a_failed_post_says_why(organisation: Organisation) -> None:
    """A post that failed shows the reason and the remedy, and can be tried again."""
    campaign = await organisation.campaign(story())
    post = await organisation.post(campaign, ANNA, state=PostState.APPROVED)
    await organisation.connect(ANNA)
    not_connected = message(
        "network.not-connected", "{network} is not connected", network=NetworkName("linkedin")
    )
    async with organisation.database.write() as transaction:
        for before, after, reason in (
            (PostState.APPROVED, PostState.PUBLISHING, NOTHING),
            (PostState.PUBLISHING, PostState.FAILED, not_connected),
        ):
            await posts.move(
                transaction,
                post.id,
                before=before,
                after=after,
                reason=reason,
                remedy=message("do.connect-again", "Connect it again."),
            )
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "LinkedIn is niet gekoppeld. Koppel opnieuw." in page
        await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
    assert (await organisation.read(posts.get, post.id)).state is PostState.APPROVED


@pytest.mark.parametrize(
    ("there", "state"), [("yes", PostState.PUBLISHED), ("no", PostState.FAILED)]
)
async def test_an_unknown_post_is_settled_by_its_person(
    organisation: Organisation, there: str, state: PostState
) -> None:
    """Where the outcome is unknown the person says whether the post is there; nothing is resent."""
    campaign = await organisation.campaign(story())
    post = await organisation.post(campaign, ANNA, state=PostState.UNKNOWN)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "Het staat er niet" in page
        assert f"/inbox/{post.id}/approve" not in page
        wrong = await submit(browser, "/inbox", f"/inbox/{post.id}/settle", there="perhaps")
        assert wrong.status_code == 422
        await submit(browser, "/inbox", f"/inbox/{post.id}/settle", there=there)
        inbox = (await browser.get(f"/inbox/{post.id}")).text
        assert ("het netwerk heeft ons niet gezegd waar" in inbox) == (there == "yes")
        assert "nog niet naar zijn cijfers gevraagd" not in inbox
    assert (await organisation.read(posts.get, post.id)).state is state


async def test_the_preview_shows_the_images_that_go_out(organisation: Organisation) -> None:
    """Those from the organisation's own addresses, with their text, also while one types."""
    images = (
        StoryImage(url="https://www.example.org/a.jpg", alt='De "deur"'),
        StoryImage(url="https://elsewhere.example/b.jpg", alt="Een ander"),
    )
    post = await organisation.post(await organisation.campaign(story(images=images)), ANNA)
    organisation.with_parts(image_urls=["https://www.example.org"])
    async with organisation.signed_in("anna@example.org") as browser:
        inbox = (await browser.get("/inbox")).text
        typed = await submit(browser, "/inbox", f"/inbox/{post.id}/measure", text=TEXT)
    for page in (inbox, typed.text):
        assert f'src="/inbox/{post.id}/images/0"' in page
        assert "De &#34;deur&#34;" in page
        assert f"/inbox/{post.id}/images/1" not in page
