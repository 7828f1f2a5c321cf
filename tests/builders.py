"""Small true things that tests are about: people, stories, campaigns, drafts, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.campaigns.rules.selection import Invitation
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.transaction import Transaction
from services.events.catalogue import event_type_of
from services.events.cloudevent import CloudEvent, event_data
from services.events.incoming import EventData, StoryApproved, VacancyOpened
from services.events.statement import Fact
from services.identity import ambassador_id, derive_id, link_code
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import Post, PostState
from services.posts.store import posts
from services.posts.store.posts import NewPost
from services.voice import PostTemplates
from services.voice.passages import SourceText, find_passages

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@cache
def our_templates() -> PostTemplates:
    """Those that we ship, compiled once a process, because that takes a while."""
    return PostTemplates.load(organisation="Deltaplan")


def ambassador(number: int = 1, **changes: Any) -> Ambassador:
    """Ambassador ``number``; the id follows the e-mail address."""
    email = changes.pop("email", f"person{number}@example.org")
    fields: dict[str, Any] = {
        "name": f"Person {number}",
        "language": "nl",
        "role": "Bouwkundige",
        "team": "Waterkeringen",
        "crafts": ("constructie", "beton"),
        "region": "Utrecht",
        "address_form": "je",
    }
    return Ambassador(id=ambassador_id(email), email=email, **fields | changes)


def story(story_id: str = "sluis-1", **changes: Any) -> StoryApproved:
    fields: dict[str, Any] = {
        "story_id": story_id,
        "title": "De sluisdeur die niet klopte",
        "body": "In maart hing onze nieuwe sluisdeur er na elf dagen weer in. Toen belde een schipper.",
        "language": "nl",
        "url": "https://example.org/verhalen/sluis",
        "topics": ["constructie"],
    }
    return StoryApproved.model_validate(fields | changes)


def with_passages(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event whose passages an editor chose, so that its people get a text at once."""
    model = StoryApproved if event["type"] == "story.approved" else VacancyOpened
    found = find_passages(SourceText(model.model_validate(event["data"]))).chosen
    return {**event, "data": {**event["data"], "passages": [each.text for each in found]}}


def vacancy(vacancy_id: str = "v-1", **changes: Any) -> VacancyOpened:
    fields: dict[str, Any] = {
        "vacancy_id": vacancy_id,
        "title": "Constructeur sluizen",
        "description": "Je rekent aan sluizen die honderd jaar meegaan.",
        "language": "nl",
        "url": "https://example.org/vacatures/v-1",
        "crafts": ["constructie"],
        "team": "Waterkeringen",
        "location": "Utrecht",
    }
    return VacancyOpened.model_validate(fields | changes)


def campaign(content: StoryApproved | VacancyOpened | None = None, **changes: Any) -> Campaign:
    content = content or story()
    vacant = isinstance(content, VacancyOpened)
    kind, source = (
        ("vacancy", content.vacancy_id)
        if isinstance(content, VacancyOpened)
        else ("story", content.story_id)
    )
    fields: dict[str, Any] = {
        "id": derive_id("campaign", kind, source),
        "kind": "vacancy" if vacant else "story",
        "source_id": source,
        "title": content.title,
        "language": content.language,
        "content": content,
        "state": "open",
        "seed": 7,
        "started_at": NOW,
    }
    return Campaign(**fields | changes)


def draft(about: Campaign, person: Ambassador, network: str = "linkedin", **changes: Any) -> Post:
    identity = derive_id("post", about.id, person.id, network)
    fields: dict[str, Any] = {
        "id": identity,
        "campaign_id": about.id,
        "ambassador_id": person.id,
        "network": network,
        "language": person.language,
        "text": (
            "Toen belde een schipper.\n\n"
            f"Ik werk bij Deltaplan.\nhttps://go.example.org/r/{link_code(identity)}"
        ),
        "state": PostState.READY,
        "angle": "craft",
        "overlap": 0.1,
        "link_code": link_code(identity),
        "created_at": NOW,
    }
    return Post(**fields | changes)


def connection(person: Ambassador, network: str = "linkedin", **changes: Any) -> Connection:
    fields: dict[str, Any] = {
        "ambassador_id": person.id,
        "network": network,
        "member_id": f"urn:{person.id}",
        "handle": person.name,
        "tokens": b"sealed",
        "scopes": ("openid", "w_member_social"),
        "expires_at": NOW + timedelta(days=60),
        "connected_at": NOW,
    }
    return Connection(**fields | changes)


async def organise(
    transaction: Transaction,
    everybody: Sequence[Ambassador],
    about: Sequence[Campaign] = (),
    networks: Sequence[str] = ("linkedin",),
    *,
    connected: bool = True,
) -> list[Post]:
    """Store people, their connections, campaigns with everybody invited, and a draft for each."""
    await people.save_ambassadors(transaction, everybody, now=NOW)
    for person in everybody if connected else ():
        for network in networks:
            await connections.save(transaction, connection(person, network))
    drafts = []
    for each in about:
        await campaigns.add(transaction, each)
        await audience.invite(
            transaction,
            each.id,
            [
                Invitation(ambassador_id=person.id, rank=rank, score=1, reason="zelfde team")
                for rank, person in enumerate(everybody)
            ],
            asked_at=NOW,
        )
        drafts += [draft(each, person, network) for person in everybody for network in networks]
    await posts.add(transaction, [NewPost(post=post, recipe={"seed": 7}) for post in drafts])
    return drafts


def event(data: EventData, identity: str = "e-1", **changes: Any) -> CloudEvent:
    """``data`` as another system would send it."""
    event_type = event_type_of(type(data))
    fields: dict[str, Any] = {
        "id": identity,
        "source": "/cms",
        "type": event_type.name,
        "time": NOW,
        "data": event_data(data),
    }
    return CloudEvent(**fields | changes)


def fact(data: EventData, identity: str = "e-1") -> Fact[Any]:
    return Fact(event=event(data, identity), data=data)
