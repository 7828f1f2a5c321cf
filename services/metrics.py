"""Every metric of Zwaan, in one place. All names start with ``zwaan_``.

One `Metrics` a process, handed to what counts. What the database knows (posts, clicks, dead
letters) is read when ``/metrics`` is asked, so that it is true in every process and after every
restart; only what is not stored is counted in memory.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

#: Seconds. Pages take milliseconds; a redirect waits for one group commit of the log.
_LATENCY = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The registry and every metric in it."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        # --- counted in this process ------------------------------------------------------------

        #: Answered requests. ``route`` is the pattern (``/inbox/{post_id}``), never the address,
        #: so that neither ids nor tokens become labels.
        self.http_requests = Counter(
            "zwaan_http_requests",
            "HTTP requests by method, route pattern and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        #: From the first byte read to the last byte sent, in seconds.
        self.http_seconds = Histogram(
            "zwaan_http_request_seconds",
            "Time to answer HTTP requests, by route pattern.",
            ("route",),
            buckets=_LATENCY,
            registry=registry,
        )
        #: Short links. ``answer``: ``redirect``, ``unknown`` (no such code), ``away`` (503).
        self.short_links = Counter(
            "zwaan_short_links",
            "Requests for short links by answer.",
            ("answer",),
            registry=registry,
        )
        #: Events at the HTTP edge. ``outcome``: ``accepted``, ``refused``.
        self.events_received = Counter(
            "zwaan_events_received",
            "Events sent to the HTTP API by outcome.",
            ("outcome",),
            registry=registry,
        )

        #: ``use``: passages, follow-up, edit. ``became``: ``used``, ``away``, ``no answer``, or the promise
        #: that the answer would have broken.
        self.model_answers = Counter(
            "zwaan_language_model_answers",
            "Answers of the language model by use and what became of them.",
            ("use", "became"),
            registry=registry,
        )
        #: Sentences that a page said in English because no catalogue knows them.
        self.unknown_messages = Gauge(
            "zwaan_unknown_messages",
            "Messages shown in English for want of a translation, since the process began.",
            registry=registry,
        )

        #: Alert on any: neither the log nor the disk took them, and their visitors went on.
        self.clicks_lost = Gauge(
            "zwaan_clicks_lost", "Clicks lost since the process began.", registry=registry
        )

        # --- read from the database when asked --------------------------------------------------

        #: Drafts written are the sum over all states: every post began as a draft.
        self.posts = Gauge("zwaan_posts", "Posts by state.", ("state",), registry=registry)
        #: ``class``: human, bot, duplicate.
        self.clicks = Gauge(
            "zwaan_clicks", "Recorded clicks by class.", ("click_class",), registry=registry
        )
        #: ``led_by``: post, where one is known that led to the application, or unknown.
        self.applicants = Gauge(
            "zwaan_applicants",
            "Applicants by stage, and by whether a post is known that led to them.",
            ("stage", "led_by"),
            registry=registry,
        )
        #: Alert on any growth: each is an event whose effect is missing.
        self.dead_letters = Gauge(
            "zwaan_dead_letters", "Dead letters that wait for a person.", registry=registry
        )
        #: Grows while the log is away.
        self.outbox = Gauge(
            "zwaan_outbox_events", "Events on their way to the log.", registry=registry
        )

        #: Alert when it stays 1: posts wait for that network.
        self.network_away = Gauge(
            "zwaan_network_away",
            "1 while a network's circuit is open.",
            ("network",),
            registry=registry,
        )

        #: By our own count, over everything; alert on a day that is dearer than usual.
        self.charged = Gauge(
            "zwaan_charged_dollars",
            "US dollars charged by networks, at the prices in the settings.",
            ("network", "unit"),
            registry=registry,
        )

        # --- looked up on the log every few seconds ---------------------------------------------

        #: Of the whole group, in every process.
        self.lag = Gauge(
            "zwaan_consumer_lag_records", "Records that wait for the workers.", registry=registry
        )
        #: Alert above two minutes. Only partitions with records that wait.
        self.oldest = Gauge(
            "zwaan_consumer_oldest_seconds",
            "How long the oldest record of a partition has waited.",
            ("topic", "partition"),
            registry=registry,
        )

    def exposition(self) -> bytes:
        """The text format that Prometheus reads."""
        return generate_latest(self.registry)
