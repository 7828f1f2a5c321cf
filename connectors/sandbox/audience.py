"""The simulated audience: how far a post gets, who follows its link, and under which names their browsers and
other programs ask for it.

Everything follows from a seed, the post's id and its age, so nothing runs in the background and
two readings never contradict each other. Growth is log-logistic, the S-shape that measured posts
show: slow for minutes, steep for hours, flat after days.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Literal

from connectors.sandbox.clock import SandboxClock, from_milliseconds
from connectors.sandbox.state.database import Settings
from connectors.sandbox.state.posts import Post, Posts

VisitKind = Literal["person", "preview_bot", "crawler", "double_click", "head"]

#: Visits of these kinds are what a network itself counts as clicks on the link.
_CLICKS = frozenset({"person", "double_click"})
#: The part of the growth that is planned in single visits; the rest would take for ever.
_PLANNED = 0.985


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the audience has to know of a post."""

    post_id: str
    network: str
    published_at: datetime
    has_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counters of one post at one moment; none of them ever shrinks as the clock goes on."""

    impressions: int
    members_reached: int
    reactions: int
    comments: int
    reshares: int
    saves: int
    link_clicks: int
    profile_clicks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for the link of a post.

    ``visitor`` numbers the people of a post; a program has a number of its own as well.
    """

    at: datetime
    kind: VisitKind
    user_agent: str
    method: Literal["GET", "HEAD"]
    visitor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """``pace`` is how many hours of an audience's life pass in one hour of the clock.

    ``scale`` multiplies how many people a post meets.
    """

    seed: int = 1
    pace: float = 1.0
    scale: float = 1.0

    def figures(self, post: Published, at: datetime) -> Figures:
        """Return the counters of a post at a moment."""
        shape = _shape(self.seed, self.scale, post)
        seen = shape.people * shape.grown(self._age(post, at))
        reactions = seen * shape.reaction_rate
        return Figures(
            impressions=int(seen),
            members_reached=int(seen * shape.reach_share),
            reactions=int(reactions),
            comments=int(reactions * shape.comment_share),
            reshares=int(reactions * shape.reshare_share),
            saves=int(reactions * shape.reshare_share / 2),
            link_clicks=sum(visit.kind in _CLICKS for visit in self.visits(post, at)),
            profile_clicks=int(reactions * 0.3),
        )

    def visits(self, post: Published, until: datetime) -> list[Visit]:
        """Return the visits to the post's link up to and including a moment, in order."""
        if not post.has_link:
            return []
        age = self._age(post, until)
        return [
            Visit(
                at=post.published_at + timedelta(hours=planned.age / self.pace),
                kind=planned.kind,
                user_agent=planned.agent.name,
                method=planned.method,
                visitor=planned.visitor,
            )
            for planned in _plan(self.seed, self.scale, post)
            if planned.age <= age
        ]

    def _age(self, post: Published, at: datetime) -> float:
        return max((at - post.published_at).total_seconds() / 3600 * self.pace, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    people: float
    half_life: float
    steepness: float
    reach_share: float
    reaction_rate: float
    comment_share: float
    reshare_share: float
    click_rate: float

    def grown(self, age: float) -> float:
        """Return which part of the audience has come after ``age`` hours."""
        risen = math.pow(age, self.steepness)
        return risen / (risen + math.pow(self.half_life, self.steepness))

    def age_at(self, grown: float) -> float:
        """Return the age in hours at which that part has come."""
        return self.half_life * math.pow(grown / (1 - grown), 1 / self.steepness)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    age: float
    kind: VisitKind
    agent: Agent
    method: Literal["GET", "HEAD"]
    visitor: int


@lru_cache(maxsize=8192)
def _shape(seed: int, scale: float, post: Published) -> _Shape:
    chance = Random(f"shape:{seed}:{post.post_id}")  # noqa: S311 - reproducible on purpose
    people, half_life = (650, 9.0) if post.network == "linkedin" else (240, 2.5)
    return _Shape(
        people=scale * chance.lognormvariate(math.log(people), 0.6),
        half_life=chance.lognormvariate(math.log(half_life), 0.3),
        steepness=chance.uniform(1.4, 2.2),
        reach_share=chance.uniform(0.60, 0.80),
        reaction_rate=chance.uniform(0.012, 0.040),
        comment_share=chance.uniform(0.08, 0.20),
        reshare_share=chance.uniform(0.04, 0.12),
        click_rate=chance.uniform(0.008, 0.030),
    )


@lru_cache(maxsize=8192)
def _plan(seed: int, scale: float, post: Published) -> tuple[_Planned, ...]:
    shape = _shape(seed, scale, post)
    chance = Random(f"visits:{seed}:{post.post_id}")  # noqa: S311 - reproducible on purpose
    planned = [*_programs(chance, post.network), *_people(chance, shape)]
    return tuple(sorted(planned, key=lambda visit: (visit.age, visit.visitor)))


def _people(chance: Random, shape: _Shape) -> list[_Planned]:
    """Plan everybody once, some of them again later, and the fingers that click twice."""
    count = round(shape.people * shape.click_rate)
    planned: list[_Planned] = []
    for number in range(1, count + 1):
        age = shape.age_at((number - 1 + chance.random()) / count * _PLANNED)
        agent = chance.choice(BROWSERS)
        planned.append(_Planned(age=age, kind="person", agent=agent, method="GET", visitor=number))
        if chance.random() < 0.12:
            again = age + chance.uniform(0.2, 6.0) / 3600
            planned.append(
                _Planned(age=again, kind="double_click", agent=agent, method="GET", visitor=number)
            )
        if chance.random() < 0.05:
            later = age + chance.uniform(2.0, 40.0)
            planned.append(
                _Planned(age=later, kind="person", agent=agent, method="GET", visitor=number)
            )
    return planned


def _programs(chance: Random, network: str) -> list[_Planned]:
    """Plan previews right after publication, link checkers in bursts, crawlers for days."""
    planned: list[_Planned] = []
    visitor = 1_000_000

    def add(agent: Agent, kind: VisitKind, age: float, *, head: bool = False) -> None:
        method: Literal["GET", "HEAD"] = "HEAD" if head else "GET"
        planned.append(_Planned(age=age, kind=kind, agent=agent, method=method, visitor=visitor))

    for agent in PREVIEWS:
        own = agent.network == network
        if not own and (agent.network is not None or chance.random() > agent.share):
            continue
        visitor += 1
        begins = chance.uniform(0.5, 4.0) / 3600 if own else chance.uniform(0.05, 20.0)
        for _ in range(chance.randint(*agent.burst)):
            add(agent, "preview_bot", begins + chance.uniform(0.0, 20.0) / 3600)
    for agent in LINK_CHECKERS:
        if chance.random() <= agent.share:
            visitor += 1
            begins = chance.uniform(0.01, 12.0)
            for _ in range(chance.randint(*agent.burst)):
                add(agent, "head", begins + chance.uniform(0.0, 2.0) / 3600, head=True)
    for agent in CRAWLERS:
        visitor += 1
        for _ in range(chance.randint(*agent.burst)):
            add(agent, "crawler", chance.uniform(0.5, 72.0))
    return planned


class AudienceVisitor:
    """Plans who follows the links of stored posts, and counts what the networks would report."""

    def __init__(
        self, *, posts: Posts, settings: Settings, clock: SandboxClock, audience: Audience
    ) -> None:
        self._posts = posts
        self._settings = settings
        self._clock = clock
        saved = settings.read("audience")
        self._audience = audience if saved is None else Audience(**saved)

    @property
    def audience(self) -> Audience:
        """Return the audience as it is set now."""
        return self._audience

    def change(self, audience: Audience) -> None:
        """Replace the audience, also after a restart."""
        self._audience = audience
        self._settings.write("audience", asdict(audience))

    def figures(self, post: Post) -> Figures:
        """Return a post's counters now; those of a deleted post no longer change."""
        return self.figures_at(post, self._clock.now())

    def figures_at(self, post: Post, moment: datetime) -> Figures:
        """Return a post's counters as they were at a moment."""
        return self._audience.figures(_published(post), _alive(post, moment))

    def visits(self, post_id: str, until: datetime) -> list[Visit]:
        """Return the visits to a post's link up to a moment, in order.

        Raises LookupError when there is no such post.
        """
        post = self._posts.find(post_id)
        if post is None:
            raise LookupError(f"The sandbox has no post {post_id}.")
        return self._audience.visits(_published(post), _alive(post, until))


def _published(post: Post) -> Published:
    return Published(
        post_id=post.post_id,
        network=post.network,
        published_at=from_milliseconds(post.created_ms),
        has_link=post.link is not None,
    )


def _alive(post: Post, moment: datetime) -> datetime:
    return moment if post.deleted_ms is None else min(moment, from_milliseconds(post.deleted_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A browser or other program, by the name that its operator documents, with the address in it.

    ``share`` is the part of posts it visits, ``burst`` how many requests it makes at a time.
    ``network`` is set for a network's own program: it visits each of its posts, and no other's.
    """

    name: str
    share: float = 1.0
    burst: tuple[int, int] = (1, 1)
    network: str | None = None


PREVIEWS = (
    Agent(
        name="LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient"
        " +http://www.linkedin.com)",
        network="linkedin",
        burst=(1, 3),
    ),
    Agent(name="Twitterbot/1.0", network="x", burst=(1, 3)),
    Agent(
        name="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", share=0.35, burst=(1, 2)
    ),
    Agent(
        name="Mastodon/4.3.2 (http.rb/5.2.0; +https://social.example/) Bot",
        share=0.12,
        burst=(2, 8),
    ),
    Agent(
        name="facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        share=0.25,
        burst=(1, 2),
    ),
    Agent(name="WhatsApp/2.24.20.89 A", share=0.30),
)

LINK_CHECKERS = (
    Agent(name="Mozilla/5.0 (compatible; LinkCheck/2.1)", share=0.40, burst=(2, 5)),
    Agent(name="curl/8.9.1", share=0.10, burst=(1, 3)),
)

CRAWLERS = (
    Agent(
        name="Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1;"
        " +http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36",
        burst=(0, 2),
    ),
    Agent(
        name="Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
        " +http://www.bing.com/bingbot.htm) Chrome/141.0.0.0 Safari/537.36",
        burst=(0, 1),
    ),
)

BROWSERS = (
    Agent(
        name="Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
    ),
    Agent(
        name="Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31.2512"
    ),
    Agent(
        name="Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Mobile Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko)"
        " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Safari/537.36"
    ),
    Agent(
        name="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
    ),
    Agent(
        name="Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
    ),
    Agent(name="Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
)
