"""The composition root: settings in, and out the connected parts that every process shares."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from urllib.parse import urlsplit

from connectors.image_source import ImageSource
from connectors.language_model import LanguageModel
from connectors.mail import SmtpNotifier
from connectors.registry import NetworkSettings, build_network, build_networks
from services.accounts.accounts import Accounts, BilledUnits
from services.accounts.rules import OURS
from services.database.migrate import MigratingDatabase
from services.figures.collect_reach import ReachCollector
from services.metrics import Metrics
from services.people.warn_of_expiry import (
    ExpiryWarnings,
    watch_connections,
    watch_consents,
)
from services.ports import Images, Network, Notifier, PostRules
from services.posts.claim_posts import PublishingRules
from services.posts.delete_posts import PostDeleter
from services.posts.edit_answers import AnswerEditor
from services.posts.publish import Publisher
from services.posts.upload_images import PostImages
from services.posts.write_drafts import DraftWriter
from services.settings import OFF, SANDBOX, Settings, is_real
from services.voice import PostTemplates
from services.voice.ask_model import AskModel
from services.voice.current_templates import CurrentTemplates
from services.web.mails import consent_message, expiry_message
from streams.key_files import vault
from streams.logs.admin import LogAdmin, OpenLog, open_admin, open_log
from streams.logs.topics import topic_specs


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every process of Zwaan shares: the state, the log and the networks.

    The database answers once it is migrated: `open_parts`, or `streams.run.preparing`.
    """

    settings: Settings
    database: MigratingDatabase
    log: OpenLog
    admin: LogAdmin
    networks: Mapping[str, Network]
    accounts: Accounts
    calls: Executor
    metrics: Metrics
    notifier: Notifier | None = None
    ask_model: AskModel | None = None

    @property
    def rules(self) -> Mapping[str, PostRules]:
        """What may be posted, by network: there are texts for these, and for no other."""
        return {name: network.rules for name, network in self.networks.items()}

    async def make_topics(self) -> None:
        """Raises RetryLater when the log is away."""
        await asyncio.to_thread(self.admin.ensure_topics, topic_specs())

    def short_link(self, code: str) -> str:
        return f"{self.settings.base_url}/r/{code}"

    def current_templates(self) -> CurrentTemplates:
        return CurrentTemplates(_templates(self.settings.organisation), self.rules)

    def draft_writer(self) -> DraftWriter:
        return DraftWriter(self.current_templates(), short_link=self.short_link)

    def answer_editor(self) -> AnswerEditor | None:
        """None where no language model is configured."""
        if self.ask_model is None:
            return None
        return AnswerEditor(
            database=self.database,
            ask=self.ask_model,
            templates=self.current_templates(),
            clock=clock,
            short_link=self.short_link,
        )

    def publisher(self) -> Publisher:
        rules = PublishingRules(
            concurrency=self.settings.publish_concurrency,
            first_measure=self.settings.reach_after[0],
            prices=self.settings.prices,
            stagger=self.settings.stagger,
        )
        return Publisher(
            rules,
            database=self.database,
            accounts=self.accounts,
            clock=clock,
            worker=f"{socket.gethostname()}/{os.getpid()}",
            short_link=self.short_link,
            images=self._post_images(),
        )

    @property
    def images(self) -> Images | None:
        """Where a story's images are fetched from; None: posts go out without."""
        urls = self.settings.image_urls
        return ImageSource(urls) if urls else None

    def _post_images(self) -> PostImages | None:
        if self.images is None:
            return None
        return PostImages(
            database=self.database,
            accounts=self.accounts,
            source=self.images,
            allowed=self.settings.image_urls,
            networks=self.rules,
            clock=clock,
        )

    def expiry_warnings(self) -> Sequence[ExpiryWarnings]:
        """One for connections; one for standing consents, where they are offered."""
        words = {"organisation": self.settings.organisation, "base_url": self.settings.base_url}
        watched = [watch_connections(lambda ending: expiry_message(ending, **words), self.networks)]
        if self.settings.offers_standing_consent:
            watched.append(watch_consents(lambda consent: consent_message(consent, **words)))
        return [
            ExpiryWarnings(watch, database=self.database, notifier=self.notifier, clock=clock)
            for watch in watched
        ]

    def post_deleter(self) -> PostDeleter:
        return PostDeleter(database=self.database, accounts=self.accounts, clock=clock)

    def reach_collector(self) -> ReachCollector:
        return ReachCollector(
            database=self.database,
            accounts=self.accounts,
            clock=clock,
            steps=self.settings.reach_after,
            rates=self.settings.reach_rates,
        )


@cache
def _templates(organisation: str) -> PostTemplates:
    """Read and compiled once in a process, which takes a sixth of a second."""
    return PostTemplates.load(organisation=organisation)


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open everything: database migrated, topics made.

    Raises Stop when another process owns the embedded log, RetryLater when a dependency is away.
    """
    async with connect_parts(settings) as parts:
        await parts.database.migrate()
        await parts.make_topics()
        yield parts


@asynccontextmanager
async def connect_parts(settings: Settings) -> AsyncIterator[Parts]:
    """As `open_parts`, with nothing asked yet of what may be away."""
    settings.data.mkdir(parents=True, exist_ok=True)
    # First the log: on a laptop its lock is what keeps a second process off the database too.
    log = open_log(settings)
    database = MigratingDatabase.open(settings.database)
    admin = open_admin(settings)
    models = settings.llm_concurrency if settings.llm_url else 0
    calls = ThreadPoolExecutor(
        max_workers=settings.publish_concurrency + 4 + models, thread_name_prefix="network"
    )
    metrics = Metrics()
    try:
        billed = BilledUnits(settings.prices)
        networks = build_networks(
            replace(each, meter=partial(billed.count, each.name))
            for each in network_settings(settings)
        )
        yield Parts(
            settings=settings,
            database=database,
            log=log,
            admin=admin,
            networks=networks,
            notifier=_notifier(settings),
            calls=calls,
            metrics=metrics,
            ask_model=_ask_model(settings, calls, metrics),
            accounts=Accounts(
                database=database,
                networks=networks,
                vault=vault(settings),
                calls=calls,
                clock=clock,
                billed=billed,
            ),
        )
    finally:
        calls.shutdown(wait=False, cancel_futures=True)
        admin.close()
        await log.close()
        await database.close()


def _ask_model(settings: Settings, calls: Executor, metrics: Metrics) -> AskModel | None:
    if not settings.llm_url:
        return None
    seconds = settings.llm_timeout.total_seconds()
    return AskModel(
        LanguageModel(
            url=settings.llm_url,
            model=settings.llm_model,
            key=settings.llm_key.get_secret_value(),
            timeout=seconds,
        ),
        where=urlsplit(settings.llm_url).hostname or "",
        calls=calls,
        clock=clock,
        concurrency=settings.llm_concurrency,
        # The connector keeps its own time; looking up a name does not.
        patience=timedelta(seconds=seconds + 10),
        count=lambda use, became: metrics.model_answers.labels(use, became).inc(),
    )


def _notifier(settings: Settings) -> Notifier | None:
    """Mail, where a server is configured."""
    if settings.smtp_url is None:
        return None
    return SmtpNotifier(settings.smtp_url.get_secret_value(), sender=settings.mail_from)


_SANDBOX_LINKEDIN_SCOPES = ("openid", "profile", "w_member_social", "r_member_postAnalytics")


def network_settings(settings: Settings) -> list[NetworkSettings]:
    """The networks that are offered; a sandbox is on our own pages' address."""
    places = settings.our_networks
    ours = [
        NetworkSettings(
            name="linkedin",
            api_url=_asked_at(settings, "linkedin"),
            authorize_url=_consents_at(settings, "linkedin"),
            client_id=settings.linkedin_client_id,
            client_secret=settings.linkedin_client_secret.get_secret_value(),
            version=settings.linkedin_version,
            # The sandbox grants the vetted product too, so that measuring is real there.
            scopes=() if is_real(places["linkedin"]) else _SANDBOX_LINKEDIN_SCOPES,
        ),
        NetworkSettings(
            name="x",
            api_url=_asked_at(settings, "x"),
            authorize_url=_consents_at(settings, "x"),
            client_id=settings.x_client_id,
            client_secret=settings.x_client_secret.get_secret_value(),
        ),
        NetworkSettings(
            name="mastodon",
            api_url=_asked_at(settings, "mastodon"),
            authorize_url=_consents_at(settings, "mastodon"),
            client_id=settings.mastodon_client_id,
            client_secret=settings.mastodon_client_secret.get_secret_value(),
        ),
    ]
    others = [
        NetworkSettings(
            name=name,
            api_url=other.url,
            authorize_url=other.authorize_url or other.url,
            client_id=other.client_id,
            client_secret=other.client_secret.get_secret_value(),
            scopes=other.scopes,
        )
        for name, other in settings.other_networks.items()
    ]
    return [*(each for each in ours if places[each.name] != OFF), *others]


def rules_of_texts(settings: Settings) -> Mapping[str, PostRules]:
    """What may be posted, by network, without calling any: ours and those that are configured."""
    others = [each for each in network_settings(settings) if each.name in settings.other_networks]
    return {**OURS, **{each.name: build_network(each).rules for each in others}}


def _asked_at(settings: Settings, name: str) -> str:
    """Where a network of ours is asked."""
    place = settings.our_networks[name]
    return f"{settings.local_url}/{name}" if place == SANDBOX else place


def _consents_at(settings: Settings, name: str) -> str:
    """Where consent is given: a real network knows its own, a sandbox has one address for all."""
    place = settings.our_networks[name]
    if place == SANDBOX:
        return f"{settings.base_url}/{name}"
    return "" if is_real(place) else place
