"""A small organisation with drafts, as the pages meet it: real database, real connectors."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.linkedin import LinkedIn
from connectors.registry import NetworkSettings, share_intents
from connectors.x import X
from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.campaigns.rules.selection import Invitation
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.engine import Database
from services.events.incoming import StoryApproved, VacancyOpened
from services.figures.follow_link import Links
from services.figures.rules.link_table import LinkTable
from services.identity import ambassador_id
from services.people.rules.ambassador import Ambassador
from services.people.sign_in import make_link
from services.people.store import people
from services.people.store.people import Person
from services.ports import Network, Tokens
from services.post import Post, PostState
from services.posts.store import posts
from services.posts.store.posts import NewPost
from services.posts.suggest import Suggester
from services.vault import Vault, new_key
from services.voice.current_templates import CurrentTemplates
from services.web.app import create_web
from services.web.parts import Readiness, WebParts
from tests import builders
from tests.builders import NOW, our_templates
from tests.fakes import MemoryClicks, MemoryLog
from tests.migrated import open_migrated

BASE = "http://127.0.0.1:8000"

ANNA = Ambassador(
    id=ambassador_id("anna@example.org"),
    email="anna@example.org",
    name="Anna de Wit",
    language="nl",
    role="Bouwkundige",
    team="Waterkeringen",
    crafts=("constructie",),
    region="Utrecht",
    address_form="je",
)
BEN = Ambassador(
    id=ambassador_id("ben@example.org"), email="ben@example.org", name="Ben Ali", language="en"
)

TEXT = (
    "Drie weken lang klopte de sluisdeur niet. Toen belde een schipper. "
    "https://go.example.org/r/abc\n\nIk werk bij Deltaplan."
)


@dataclass(slots=True)
class Organisation:
    """Everything a test may look at or change. ``clock`` is what the product sees as now."""

    parts: WebParts
    log: MemoryLog
    clicks: MemoryClicks
    clock: datetime = NOW

    @property
    def database(self) -> Database:
        return self.parts.database

    def with_parts(self, **changes: Any) -> Organisation:
        self.parts = replace(self.parts, **changes)
        return self

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A browser: it keeps cookies and follows nothing by itself."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(create_web(self.parts), client=("127.0.0.1", 40000)),
            base_url=self.parts.base_url,
            headers=headers,
        )

    async def link_for(self, email: str) -> str:
        async with self.database.write() as transaction:
            return await make_link(
                transaction, ambassador_id(email), base_url="", now=self.parts.clock()
            )

    @asynccontextmanager
    async def signed_in(self, email: str) -> AsyncIterator[httpx.AsyncClient]:
        async with self.client() as client:
            answer = await client.get(await self.link_for(email))
            assert answer.status_code == 303, answer.text
            yield client

    @asynccontextmanager
    async def staff(
        self, email: str, *roles: str, language: str = "en"
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody with these roles, signed in."""
        person = Person(
            id=ambassador_id(email),
            email=email,
            name=email.split("@", maxsplit=1)[0].title(),
            language=language,
            roles=frozenset(roles),
        )
        async with self.database.write() as transaction:
            await people.save_person(transaction, person, now=NOW)
        async with self.signed_in(email) as client:
            yield client

    async def campaign(self, content: StoryApproved | VacancyOpened, **changes: Any) -> Campaign:
        made = builders.campaign(content, **changes)
        async with self.database.write() as transaction:
            await campaigns.add(transaction, made)
        return made

    async def post(
        self, campaign: Campaign, person: Ambassador, network: str = "linkedin", **changes: Any
    ) -> Post:
        """A draft of this person, or what became of it: ``changes`` as for `posts.move`."""
        text = changes.pop("text", TEXT)
        made = builders.draft(campaign, person, network, text=text, overlap=0.04)
        async with self.database.write() as transaction:
            await posts.add(transaction, [NewPost(post=made, recipe=RECIPE)])
            await audience.invite(
                transaction,
                campaign.id,
                [
                    Invitation(
                        ambassador_id=person.id,
                        rank=_rank(person),
                        score=4,
                        reason="zelfde vak: bouw",
                    )
                ],
                asked_at=NOW,
            )
            if changes:
                state = changes.pop("state", PostState.READY)
                await posts.move(
                    transaction, made.id, before=PostState.READY, after=state, **changes
                )
            found = await posts.get(transaction, made.id)
        assert found is not None
        return found

    async def connect(self, person: Ambassador, network: str = "linkedin") -> None:
        tokens = VAULT.seal(Tokens(access="planted-access-token"))
        async with self.database.write() as transaction:
            made = builders.connection(person, network, tokens=tokens)
            await connections.save(transaction, made)

    async def read(self, question: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        async with self.database.read() as transaction:
            return await question(transaction, *given, **named)


def _rank(person: Ambassador) -> int:
    """One place for each person of a campaign."""
    return int(person.id[:6], 16)


RECIPE: dict[str, Any] = {
    "seed": 42,
    "rank": 0,
    "variant": 0,
    "relation": "craft",
    "layout": "role-first",
    "employer": "Deltaplan",
    "questions": ["Wanneer ging dit bij jou mis?", "Wat leer jij nieuwe collega’s hierover?"],
    "passage": {"number": 0, "of": 3, "text": "Toen belde hij."},
    "parts": {"passage": "Toen belde hij.", "disclosure": "Ik werk bij Deltaplan."},
}
VAULT = Vault([new_key()])


def story(**changes: Any) -> StoryApproved:
    return builders.story(
        **{
            "title": "De sluis die niet wilde sluiten",
            "url": "https://www.example.org/verhalen/sluis",
            **changes,
        }
    )


def vacancy(**changes: Any) -> VacancyOpened:
    return builders.vacancy(**{"vacancy_id": "v-12", "title": "Constructeur sluizen", **changes})


@asynccontextmanager
async def open_organisation(
    path: Path, *, networks_at: str = "http://127.0.0.1:9", **changes: Any
) -> AsyncIterator[Organisation]:
    """With a new database at ``path``; no one answers at the default of ``networks_at``."""
    database = await open_migrated(path)
    log, clicks = MemoryLog(), MemoryClicks()
    networks = sandbox_networks(networks_at)
    templates = CurrentTemplates(our_templates())
    with ThreadPoolExecutor(max_workers=2) as calls:

        def clock() -> datetime:
            return organisation.clock

        async def ready() -> Readiness:
            return Readiness(ready=True)

        parts = WebParts(
            database=database,
            log=log,
            accounts=Accounts(
                database=database, networks=networks, vault=VAULT, calls=calls, clock=clock
            ),
            networks=networks,
            links=Links(
                table=LinkTable(),
                database=database,
                sink=clicks,
                clock=clock,
                home=BASE,
                careers=f"{BASE}/jobs",
            ),
            share_intents=share_intents,
            suggester=Suggester(templates, short_link=lambda code: f"{BASE}/r/{code}"),
            templates=templates,
            clock=clock,
            readiness=ready,
            base_url=BASE,
            organisation="Deltaplan",
            contact="Maaike",
            sandboxes=("linkedin", "x"),
            is_laptop=True,
            secret_key="a secret of the tests",
            owner_token="owner-token",
        )
        organisation = Organisation(parts=parts, log=log, clicks=clicks).with_parts(**changes)
        async with database.write() as transaction:
            await people.save_ambassadors(transaction, [ANNA, BEN], now=NOW)
        yield organisation
    await database.close()


def sandbox_networks(address: str) -> dict[str, Network]:
    """Both connectors, pointed at a sandbox."""
    return {
        name: connector(
            NetworkSettings(
                name=name,
                client_id="zwaan-sandbox",
                client_secret="zwaan-sandbox-secret",
                api_url=f"{address}/{name}",
                authorize_url=f"{address}/{name}",
                version="202609",
            )
        )
        for name, connector in (("linkedin", LinkedIn), ("x", X))
    }


def form_token(page: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page
    return found.group(1)


def said_by(answer: httpx.Response) -> str:
    """What a page says: all of it but the tokens of its forms, which differ each time."""
    return re.sub(r"[0-9a-f]{96}", "", answer.text)


async def submit(
    client: httpx.AsyncClient, page: str, path: str, /, **fields: str
) -> httpx.Response:
    """Load ``page``, and send one of its forms, as a browser would."""
    token = form_token((await client.get(page)).text)
    return await client.post(path, data={"csrf_token": token, **fields})


async def submit_by_htmx(
    client: httpx.AsyncClient, page: str, path: str, /, **fields: str
) -> httpx.Response:
    """The same, asking for a piece of the page as htmx does."""
    headers = {"HX-Request": "true", "X-CSRF-Token": form_token((await client.get(page)).text)}
    return await client.post(path, data=fields, headers=headers)
