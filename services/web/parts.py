"""What the pages need from outside; built once a process, in `streams.serving.serve`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.accounts.accounts import Accounts
from services.database.engine import Database
from services.figures.follow_link import Links
from services.message import NOTHING, Message
from services.metrics import Metrics
from services.ports import EventLog, Images, Network, Notifier, ShareIntents
from services.posts.deal import NearestTexts
from services.posts.suggest import Suggester
from services.price import Prices
from services.scheduling import Pace
from services.voice.ask_model import AskModel
from services.voice.current_templates import CurrentTemplates
from services.web.mails import MailState


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many records of a partition wait, and for how many seconds the oldest of them has."""

    topic: str
    partition: int
    records: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether what this process depends on is there and what arrives is handled.

    ``waiting`` has a row for each partition with records that wait, the longest waiting first.
    """

    ready: bool
    reason: Message = NOTHING
    waiting: Sequence[Waiting] = ()

    @property
    def lag(self) -> int:
        """Records that wait in all."""
        return sum(each.records for each in self.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """``is_laptop``: see `Settings.is_laptop`; there ``api_token`` None leaves the API open.

    ``sandboxes`` are those of ``networks`` that are an imitation. ``owner_token`` admits this machine's command line (kept in the data folder). Without a
    ``notifier`` there are no sign-in links by mail; an administrator makes them.
    ``linkedin_sunset`` is the day on which the configured version of LinkedIn's interface ends,
    once that is near. ``simulated``: colleagues are, as in a demo.
    """

    database: Database
    log: EventLog
    accounts: Accounts
    networks: Mapping[str, Network]
    links: Links
    suggester: Suggester
    templates: CurrentTemplates
    share_intents: ShareIntents
    clock: Callable[[], datetime]
    readiness: Callable[[], Awaitable[Readiness]]
    base_url: str
    organisation: str
    contact: str
    sandboxes: Sequence[str]
    is_laptop: bool
    secret_key: str = field(repr=False)
    api_token: str | None = field(default=None, repr=False)
    owner_token: str | None = field(default=None, repr=False)
    notifier: Notifier | None = None
    ask_model: AskModel | None = None
    mail: MailState = field(default_factory=MailState)
    simulated: bool = False
    linkedin_sunset: Callable[[], date | None] = lambda: None
    pace: Pace = field(default_factory=Pace)
    prices: Mapping[str, Prices] = field(default_factory=dict)
    image_urls: Sequence[str] = ()
    images: Images | None = None
    nearest: NearestTexts = field(default_factory=NearestTexts)
    reach_rates: Mapping[str, float] = field(default_factory=dict)
    standing_consent: bool = True
    metrics: Metrics = field(default_factory=Metrics)
