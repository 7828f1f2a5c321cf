"""Marketing's share texts: saved, put back, used by the worker, and enough to write a text again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import campaigns
from services.database import audit
from services.database.engine import Database
from services.errors import Rejected
from services.events.outgoing import ShareRequested
from services.people.store import people
from services.posts import edit_templates
from services.posts.edit_templates import checked
from services.posts.store import posts
from services.posts.write_drafts import DraftWriter
from services.voice import Composer, Dealt, DraftRequest
from services.voice.current_templates import CurrentTemplates, revision
from services.voice.store import post_templates
from tests.builders import NOW, ambassador, campaign, fact, our_templates
from tests.unit.voice.material import example_content, told_of_us

COLLEAGUE = "nl/story/colleague.j2"
#: Something in common with each Dutch example.
CRAFTS = ("storingen", "netplanning", "middenspanning", "klantcontact")
ANNA, BERT = (ambassador(number, crafts=CRAFTS) for number in (1, 2))
STORY = "nl-de-stille-lijn"


def own_layouts(ending: str = ", vandaar.") -> str:
    """Whole posts that all end with one sentence of marketing's own."""
    works = f"Ik werk bij {{{{ employer }}}}{ending}"
    told = [
        f"=== eigen-{letter}{short}\n{{{{ passage }}}}\n\n{'Zo ging het. ' * number}{works} {{{{ link }}}}\n"
        for short in ("", " short")
        for number, letter in enumerate("abcd" if short else "efgh")
    ]
    answered = f"=== antwoord\n{{{{ answer }}}}\n\n{works} {{{{ link }}}}\n"
    return "\n".join([*told, answered])


async def save(database: Database, text: str, *, based_on: int = 0, path: str = COLLEAGUE) -> int:
    template = checked(our_templates(), path, text)
    async with database.write() as transaction:
        return await edit_templates.save(
            transaction, template, based_on=based_on, author="maaike", now=NOW
        )


async def restore(database: Database, version: int, path: str = COLLEAGUE) -> None:
    async with database.write() as transaction:
        await edit_templates.restore(
            transaction, path=path, version=version, author="maaike", now=NOW + timedelta(days=1)
        )


async def write_about(database: Database, writer: DraftWriter, name: str) -> list[str]:
    """The ids of the drafts that the worker writes about an example."""
    content = told_of_us(name)
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        statements = await start_campaigns(transaction, [fact(content)], NOW)
        requests = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in statements
            if each.event.type == "share.requested"
        ]
        ready = await writer.write_drafts(transaction, requests, NOW)
    return [each.event.data["post_id"] for each in ready]


def link(code: str) -> str:
    return f"https://go.example.org/{code}"


async def test_the_worker_writes_with_what_is_in_use(database: Database) -> None:
    """A saved template is in the next drafts, by name and version; put back, it is gone again."""
    writer = DraftWriter(CurrentTemplates(our_templates()), short_link=link)
    stories = [name for name in example_content() if name.startswith("nl-")]
    shown: list[tuple[bool, dict[str, int]]] = []
    for name, step in zip(stories, ("shipped", "saved", "restored"), strict=False):
        if step == "saved":
            assert await save(database, own_layouts()) == 1
        if step == "restored":
            await restore(database, 0)
        (identity, *_) = await write_about(database, writer, name)
        async with database.read() as transaction:
            post = await posts.get(transaction, identity)
        assert post is not None
        recipe = post.recipe
        assert "Deltaplan" in post.text
        shown.append((", vandaar." in post.text, recipe.get("edited_templates", {})))
    assert shown == [(False, {}), (True, {COLLEAGUE: 1}), (False, {})]


async def test_a_recipe_gives_its_text_again_after_later_changes(database: Database) -> None:
    """Event, profile, template versions, rank and seed give the same bytes, whatever came after."""
    writer = DraftWriter(CurrentTemplates(our_templates()), short_link=link)
    await save(database, own_layouts())
    identities = await write_about(database, writer, STORY)
    await save(database, own_layouts(", zoals bekend."), based_on=1)
    for identity in identities:
        async with database.read() as transaction:
            post = await posts.get(transaction, identity)
            assert post is not None
            recipe = post.recipe
            about = await campaigns.get(transaction, post.campaign_id)
            assert about is not None
            everybody = await people.ambassadors_by_id(transaction, [post.ambassador_id])
            templates = await revision(transaction, our_templates(), recipe["edited_templates"])
        assert templates.version == recipe["template_version"]
        request = DraftRequest(
            campaign_id=recipe["campaign"],
            content=about.content,
            ambassador=everybody[post.ambassador_id],
            network=recipe["network"],
            rank=recipe["rank"],
            seed=recipe["seed"],
            variant=recipe["variant"],
            link=link(post.link_code),
        )
        again = Composer(templates).compose(request, Dealt())
        assert again.text.encode() == post.text.encode()


async def test_every_change_is_in_the_audit(database: Database) -> None:
    """Who saved or put back which version, in the place of which, is kept in order."""
    await save(database, own_layouts())
    await save(database, own_layouts(", zoals bekend."), based_on=1)
    await restore(database, 1)
    await restore(database, 0)
    async with database.read() as transaction:
        entries = await audit.of(transaction, f"template:{COLLEAGUE}")
    assert [(entry.action, entry.actor, entry.detail) for entry in entries] == [
        ("template.saved", "maaike", {"version": 1, "instead_of": 0}),
        ("template.saved", "maaike", {"version": 2, "instead_of": 1}),
        ("template.restored", "maaike", {"version": 1, "instead_of": 2}),
        ("template.restored", "maaike", {"version": 0, "instead_of": 1}),
    ]


async def test_an_unseen_change_is_not_overwritten(database: Database) -> None:
    """Of two people who began from the same text the second is told; nothing of hers is kept."""
    await save(database, own_layouts())
    with pytest.raises(Rejected, match="meanwhile"):
        await save(database, own_layouts(", zoals bekend."))
    async with database.read() as transaction:
        assert len(await post_templates.history(transaction, COLLEAGUE)) == 1


async def test_a_broken_template_is_not_kept(database: Database) -> None:
    """A template without its disclosure, or with a loop, never becomes a version."""
    for text in (
        own_layouts().replace("Ik werk bij {{ employer }}, vandaar.", "Zomaar."),
        own_layouts() + "{% for x in job %}{{ x }}{% endfor %}\n",
    ):
        with pytest.raises(Rejected, match="cannot be used yet"):
            await save(database, text)
    with pytest.raises(Rejected, match="no such version"):
        await restore(database, 7)


async def test_a_version_that_cannot_be_used_any_more_is_left_out(database: Database) -> None:
    """A stored template that this release refuses keeps no draft from being written."""
    async with database.write() as transaction:
        await post_templates.hold(transaction, COLLEAGUE)
        loop = "=== a\n{% for x in job %}x{% endfor %}\n"
        await post_templates.write(transaction, COLLEAGUE, loop, author="maaike", now=NOW)
    writer = DraftWriter(CurrentTemplates(our_templates()), short_link=link)
    assert await write_about(database, writer, STORY)


def test_a_preview_shows_a_post_for_five_people() -> None:
    """Five people of the template's language each get a post of it, all different."""
    everybody = [ambassador(number) for number in range(1, 9)]
    everybody[0] = ambassador(1, language="en", address_form="")
    trials = edit_templates.preview(
        Composer(our_templates()).revised(COLLEAGUE, own_layouts()),
        COLLEAGUE,
        campaign(told_of_us(STORY)),
        everybody,
        network="linkedin",
        link="https://go.example.org/r/voorbeeld",
    )
    assert [trial.person.id for trial in trials] == [person.id for person in everybody[1:6]]
    texts = [trial.draft.text for trial in trials if trial.draft.text]
    assert all(", vandaar." in text for text in texts)
    assert len(set(texts)) == len(texts) > 2
