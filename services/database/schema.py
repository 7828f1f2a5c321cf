"""All tables. Times are UTC; ids are derived from what caused them (services.identity).

One long file, because the order of the tables is the order of the locks below.

The order in which a transaction locks, so that no two wait for each other on PostgreSQL:

1. the inbox: whether there is anything to do;
2. turns (`services.database.engine.take_turns`), sorted;
3. rows, table by table in the order of this file, and in a table by its key. A statement that
   changes several rows takes them `in_key_order`; several statements, or the rows of an insert, are
   sorted. A transaction that needs rows of several campaigns locks all of those campaigns first.

An insert shares its foreign keys' rows, as does every reader ``FOR SHARE``. That blocks only
erasing a person, giving them another id (both begin with `services.privacy.store.hold`) and ending a
campaign. A transaction that locks a row of a person and then inserts another row of theirs, or of
another campaign, first holds the person (`services.people.store.people.hold`). A lock that is shared
is never raised to one that is not. Claims never wait: they skip locked rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text
from sqlalchemy.engine import Dialect

from services.message import NOTHING, Message, as_json, message_from, said


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off and put back here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(sa.types.TypeDecorator[Any]):
    """JSON as text on SQLite and ``jsonb`` on PostgreSQL.

    On SQLite it is converted here: SQLAlchemy's own way takes four times as long, for each of the
    lists of each of thousands of people.
    """

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415 - only where it is used

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(sa.JSON())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return (
            _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)
        )


def _to_text(document: Any) -> str:
    return to_json(document).decode()


def _from_text(text: str | None) -> Any:
    return None if text is None else from_json(text)


class MessageText(sa.types.TypeDecorator[Message]):
    """A message as JSON; a person's own words as text, cut and without what no database holds.

    What an older version stored was its English sentence: it is read as a person's own words.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, longest: int = 1000) -> None:
        super().__init__()
        self.longest = longest

    def process_bind_param(self, value: Message | str | None, _dialect: Dialect) -> str | None:
        if value is None or not value:
            return None if value is None else ""
        words = value if isinstance(value, Message) else said(value)
        if not words.code and not str(words).startswith("{"):
            return str(self._storable(str(words)))
        return json.dumps(self._storable(as_json(words)), ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Message | None:
        if value is None or not value:
            return None if value is None else NOTHING
        if value.startswith("{"):
            with suppress(ValueError):
                return message_from(json.loads(value))
        return said(value)

    def _storable(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._storable(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._storable(each) for each in value]
        if not isinstance(value, str):
            return value
        kept = value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
        return kept[: self.longest]


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _ref(name: str, target: str, **options: Any) -> Column[str]:
    return Column(name, Text, ForeignKey(target, ondelete="CASCADE", onupdate="CASCADE"), **options)


# --- people -------------------------------------------------------------------------------------

people = Table(
    "people",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # From then on: no access, no drafts, nothing published in their name. Empty: active.
    Column("deactivated_at", UtcTime),
    # A column, so that PostgreSQL knows how many they are. Of a list it expects one, and then looks
    # through a campaign's people once for each of them.
    Column(
        "is_ambassador",
        sa.Boolean,
        sa.Computed("CAST(roles AS TEXT) LIKE '%\"ambassador\"%'"),
        nullable=False,
    ),
)

ambassadors = Table(
    "ambassadors",
    metadata,
    _ref("id", "people.id", primary_key=True),
    Column("role", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("crafts", Json, nullable=False),
    Column("region", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("address_form", Text, nullable=False),
    Column("emoji", sa.Integer, nullable=False),
    Column("length", Text, nullable=False),
    Column("since", sa.Integer),
    Column("topics", Json, nullable=False),
    Column("other_languages", Json, nullable=False),
)

# How many ambassadors there were on a day: not known later by other means.
headcounts = Table(
    "headcounts",
    metadata,
    Column("day", Text, primary_key=True),  # of UTC
    Column("team", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("ambassadors", sa.Integer, nullable=False),
)

# What a person chose about their posts' pace; without a row the organisation's rules hold.
sharing_preferences = Table(
    "sharing_preferences",
    metadata,
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    Column("weekly_cap", sa.Integer),
    Column("weekdays", Json),
    Column("work_starts", Text),
    Column("work_ends", Text),
    Column("paused_at", UtcTime),
    Column("paused_until", UtcTime),  # empty while paused: until further notice
    # The standing consent; empty: every post by tap.
    Column("consent_given_at", UtcTime),
    Column("consent_until", UtcTime),
    # The fewest days before its end of which the person was warned; empty: not warned yet.
    Column("consent_warned_days", sa.Integer),
)

# What a person set about their own voice; what is not in it stays as it was imported.
voice_profiles = Table(
    "voice_profiles",
    metadata,
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    Column("settings", Json, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    _ref("person_id", "people.id", nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),  # a link works once
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    _ref("person_id", "people.id", nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
)

# By which other systems get in; revoked ones stay, so that their acts can be shown.
api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

# --- campaigns ----------------------------------------------------------------------------------

campaigns = Table(
    "campaigns",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("content", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("seed", sa.BigInteger, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    # When those who were not asked yet are asked too; empty: when somebody says so.
    Column("widen_at", UtcTime),
    # When a vacancy closes by itself; empty: when somebody says so.
    Column("closes_at", UtcTime),
    Index("ix_campaigns_widen", "widen_at"),
    Index("ix_campaigns_closes", "closes_at"),
    Index("ix_campaigns_finished", "finished_at"),
    sa.UniqueConstraint("kind", "source_id"),
)

audience = Table(
    "audience",
    metadata,
    _ref("campaign_id", "campaigns.id", primary_key=True),
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    Column("rank", sa.Integer, nullable=False),
    Column("score", sa.Integer, nullable=False),
    Column("reason", Text, nullable=False),
    # What managers may see of the match: its points and grounds.
    Column("fit", sa.Integer, nullable=False, server_default="0"),
    Column("grounds", Json, nullable=False, server_default="[]"),
    # Empty: proposed, and not asked (yet).
    Column("asked_at", UtcTime),
    # Taken off the list, or not put on it at the start; kept, so that the next look does not propose them.
    Column("removed", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.UniqueConstraint("campaign_id", "rank"),
    Index("ix_audience_asked", "asked_at", "ambassador_id"),
)

# A vacancy may be closed before its opening arrives: topics have no order among each other.
closed_vacancies = Table(
    "closed_vacancies",
    metadata,
    _id("vacancy_id"),
    Column("closed_at", UtcTime, nullable=False),
)

# --- posts --------------------------------------------------------------------------------------

posts = Table(
    "posts",
    metadata,
    _id(),
    _ref("campaign_id", "campaigns.id", nullable=False),
    _ref("ambassador_id", "ambassadors.id", nullable=False),
    Column("network", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("original_text", Text, nullable=False),
    Column("angle", Text, nullable=False),
    Column("overlap", sa.Float, nullable=False),
    Column("recipe", Json, nullable=False),
    Column("link_code", Text, nullable=False, unique=True),
    # The ambassador's when it was written: figures of a team do not move with its people.
    Column("team", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # What the approval rests on: tap, or a standing consent.
    Column("consent", Text, nullable=False, server_default=""),
    # The person edited it or took it back: a standing consent does not cover it any more.
    Column("by_tap_only", sa.Boolean, nullable=False, server_default=sa.text("false")),
    Column("publish_at", UtcTime),
    Column("published_at", UtcTime),
    Column("external_id", Text),
    Column("external_url", Text),
    # What the network charges for it, in millionths of a dollar; empty: nothing, or not known.
    Column("charged", sa.BigInteger),
    Column("reason", MessageText, nullable=False, server_default=""),
    Column("remedy", MessageText, nullable=False, server_default=""),
    # The written intent: which attempt is under way, since when, by whom, until when it is theirs.
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    # Attempts since the approval: a person who approves again after a failure starts anew.
    Column("tries", sa.Integer, nullable=False, server_default="0"),
    Column("attempt_at", UtcTime),
    Column("leased_by", Text),
    Column("leased_until", UtcTime),
    # The share of the approved text that is the person's own, 0 to 1 (services.voice).
    Column("own_words", sa.Float),
    # The next variant that was not shown yet; 0: no other text was ever asked for.
    Column("next_variant", sa.Integer, nullable=False, server_default="0"),
    # Until then a language model may edit the answer in it; empty: it may not.
    Column("rephrase_by", UtcTime),
    Column("measured_step", sa.Integer, nullable=False, server_default="0"),
    Column("measure_at", UtcTime),
    # Counts of a campaign, and of all of them, read no texts either.
    Index("ix_posts_campaign", "campaign_id", "state", "ambassador_id"),
    Index("ix_posts_inbox", "ambassador_id", "state"),
    # Every process with pages reads the links that are new (services.figures.store.links).
    Index("ix_posts_created", "created_at"),
)
# Partial indexes, mostly small: most posts are neither due for publishing nor for measuring.
Index(
    "ix_posts_due",
    posts.c.publish_at,
    sqlite_where=posts.c.state.in_(("approved", "publishing")),
    postgresql_where=posts.c.state.in_(("approved", "publishing")),
)
# All that figures of a time ask of published posts, so that they read no texts.
Index(
    "ix_posts_published",
    posts.c.published_at,
    posts.c.campaign_id,
    posts.c.ambassador_id,
    posts.c.network,
    posts.c.language,
    posts.c.team,
    posts.c.own_words,
    posts.c.charged,
    posts.c.id,
    sqlite_where=posts.c.state == "published",
    postgresql_where=posts.c.state == "published",
)
Index(
    "ix_posts_rephrase",
    posts.c.rephrase_by,
    sqlite_where=posts.c.rephrase_by.is_not(None),
    postgresql_where=posts.c.rephrase_by.is_not(None),
)
Index(
    "ix_posts_measure",
    posts.c.measure_at,
    sqlite_where=posts.c.measure_at.is_not(None),
    postgresql_where=posts.c.measure_at.is_not(None),
)

# Images that the network holds for a post before it is there: part of the written intent.
post_images = Table(
    "post_images",
    metadata,
    _ref("post_id", "posts.id", primary_key=True),
    Column("url", Text, primary_key=True),
    Column("media_id", Text, nullable=False),
    Column("uploaded_at", UtcTime, nullable=False),
    Column("usable_at", UtcTime, nullable=False),
)

# What a person typed into a draft and did not decide on yet, for them alone: as typed, with the
# window that typed it, and what of another window it took the place of.
typed_texts = Table(
    "typed_texts",
    metadata,
    _ref("post_id", "posts.id", primary_key=True),
    Column("text", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("window", Text, nullable=False),
    Column("typed_at", UtcTime, nullable=False),
    Column("other", Text),
)

# Posts that their ambassadors want off the network; the post itself stays published.
post_deletions = Table(
    "post_deletions",
    metadata,
    _ref("post_id", "posts.id", primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", sa.Integer, nullable=False, server_default="0"),
    # When the network is asked next; empty: it is over.
    Column("due_at", UtcTime),
    Column("reason", MessageText, nullable=False, server_default=""),
    Column("remedy", MessageText, nullable=False, server_default=""),
    Column("deleted_at", UtcTime),
    Index("ix_post_deletions_due", "due_at"),
)

# What an approved edit did to a draft. What is learnt follows from these, so it can be undone.
voice_observations = Table(
    "voice_observations",
    metadata,
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    _ref("post_id", "posts.id", primary_key=True),
    Column("habit", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("most", sa.Integer, nullable=False),
    Column("observed_at", UtcTime, nullable=False),
)

# What marketing wrote in the place of a shipped template; a version never changes.
template_versions = Table(
    "template_versions",
    metadata,
    Column("path", Text, primary_key=True),
    Column("version", sa.Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),  # a person's id; the version outlives the person
    Column("written_at", UtcTime, nullable=False),
)

# Which version is used; a path without a row is used as it was shipped.
active_templates = Table(
    "active_templates",
    metadata,
    Column("path", Text, primary_key=True),
    Column("version", sa.Integer, nullable=False),
)

# Words that no draft may hold. Key: the word without case, accents and punctuation.
blocked_words = Table(
    "blocked_words",
    metadata,
    Column("key", Text, primary_key=True),
    Column("word", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_by", Text, nullable=False),  # a person's id; the word outlives the person
    Column("added_at", UtcTime, nullable=False),
)

own_answers = Table(
    "own_answers",
    metadata,
    _ref("post_id", "posts.id", primary_key=True),
    _ref("ambassador_id", "ambassadors.id", nullable=False, index=True),
    Column("prompt", Text, nullable=False),
    # In two lines: what it is about, and the person's own part.
    Column("answer", Text, nullable=False),
    Column("answered_at", UtcTime, nullable=False),
)
# What people shared or declined before, for the order in which they are asked.
Index(
    "ix_posts_decided",
    posts.c.ambassador_id,
    posts.c.campaign_id,
    posts.c.state,
    posts.c.published_at,
    sqlite_where=posts.c.state.in_(("published", "shared", "declined")),
    postgresql_where=posts.c.state.in_(("published", "shared", "declined")),
)

# --- networks -----------------------------------------------------------------------------------

connections = Table(
    "connections",
    metadata,
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    Column("network", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("tokens", sa.LargeBinary, nullable=False),  # encrypted (services.vault)
    Column("scopes", Json, nullable=False),
    Column("expires_at", UtcTime),
    Column("connected_at", UtcTime, nullable=False),
    Column("needs_person", MessageText, nullable=False, server_default=""),
    # Whether there is a refresh token; one without ends at expires_at, and the member is warned.
    Column("renewable", sa.Boolean, nullable=False, server_default=sa.text("false")),
    # The fewest days before the end of which the member was warned; empty: not warned yet.
    Column("warned_days", sa.Integer),
    # A refresh token works once: one process at a time spends it.
    Column("refreshing_by", Text),
    Column("refreshing_until", UtcTime),
    # One account is never used by two workers at once.
    Column("leased_by", Text),
    Column("leased_until", UtcTime),
)

circuits = Table(
    "circuits",
    metadata,
    Column("network", Text, primary_key=True),
    Column("failures", sa.Integer, nullable=False),
    Column("opened_at", UtcTime),
    Column("open_until", UtcTime),
    Column("probe", sa.Boolean, nullable=False),
    Column("reason", MessageText, nullable=False),
)

# Calls that created posts, counted in buckets of time (services.accounts.rules).
network_calls = Table(
    "network_calls",
    metadata,
    Column("network", Text, primary_key=True),
    Column("member", Text, primary_key=True),  # an ambassador's id; empty: the whole app
    Column("bucket_at", UtcTime, primary_key=True),
    Column("calls", sa.Integer, nullable=False),
)

# What networks charge for besides posts (services.accounts.accounts).
billed_units = Table(
    "billed_units",
    metadata,
    Column("network", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("each", sa.BigInteger, primary_key=True, autoincrement=False),  # millionths of a dollar
    Column("number", sa.BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),  # a person's id, or the part of Zwaan that acted
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Index("ix_audit_subject", "subject"),
)

# --- figures ------------------------------------------------------------------------------------

# Which records of clicks were counted, as ranges of offsets without a gap: what remembers a click once
# it is not kept singly any more (services.figures.store.clicks).
counted_records = Table(
    "counted_records",
    metadata,
    Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("last", sa.BigInteger, nullable=False),
)

# One row: single clicks from before this moment were forgotten.
forgotten_clicks = Table(
    "forgotten_clicks",
    metadata,
    Column("id", sa.Integer, primary_key=True, autoincrement=False),
    Column("before", UtcTime, nullable=False),
)

# Kept while another click may still turn out to be a duplicate of one, or to be that one again.
clicks = Table(
    "clicks",
    metadata,
    _id(),
    Column("code", Text, nullable=False),
    Column("visitor", Text, nullable=False),
    Column("click_class", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Microseconds since 1970: compared and calculated with in both databases, a million at a time.
    Column("at", sa.BigInteger, nullable=False),
    Index("ix_clicks_at", "at"),
)
# Only a person's click makes another one a duplicate.
Index(
    "ix_clicks_people",
    clicks.c.code,
    clicks.c.visitor,
    clicks.c.at,
    sqlite_where=clicks.c.click_class == "human",
    postgresql_where=clicks.c.click_class == "human",
)

# Clicks rolled up (services.figures.store.click_cells): of what (a dimension and its value), when (a
# day, an hour, or empty: ever), and as what they count.
click_cells = Table(
    "click_cells",
    metadata,
    Column("dimension", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("span", Text, primary_key=True),
    Column("click_class", Text, primary_key=True),
    Column(
        "reason", Text, primary_key=True
    ),  # why it is not counted as a person; empty for a person
    Column("clicks", sa.BigInteger, nullable=False),
    # Nearly all of a row is its key, which SQLite would keep twice.
    sqlite_with_rowid=False,
)
# What figures of a time ask: people's clicks, without the hours between the days. Of all values of a
# dimension, and of one campaign.
_ARE_PEOPLE = "length(span) = 10 AND click_class = 'human' AND dimension"
_OF_ALL, _OF_ONE = (sa.text(f"{_ARE_PEOPLE} {which}") for which in ("<> 'post'", "= 'campaign'"))
Index(
    "ix_click_cells_days",
    click_cells.c.dimension,
    click_cells.c.span,
    click_cells.c.value,
    sqlite_where=_OF_ALL,
    postgresql_where=_OF_ALL,
)
Index(
    "ix_click_cells_campaigns",
    click_cells.c.value,
    click_cells.c.span,
    sqlite_where=_OF_ONE,
    postgresql_where=_OF_ONE,
)

# How often sign-in links were asked for and tried: the key is a hash that names no person.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("bucket_at", UtcTime, nullable=False, index=True),
    Column("tries", sa.Integer, nullable=False),
)

visitor_salts = Table(
    "visitor_salts",
    metadata,
    Column("day", Text, primary_key=True),
    Column("salt", sa.LargeBinary, nullable=False),
)

reach = Table(
    "reach",
    metadata,
    _ref("post_id", "posts.id", primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("measured_at", UtcTime, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("value", sa.BigInteger),
    Column("source", MessageText, nullable=False),
    # Of the post's figures of this metric the one that says most (services.figures.store.figures).
    Column("counts", sa.Boolean, nullable=False, server_default=sa.text("false")),
)
#: What is known of a post and a metric; the index is used where it is asked for in these words.
IS_KNOWN = sa.text("counts AND value IS NOT NULL")
Index(
    "ix_reach_known",
    reach.c.post_id,
    reach.c.metric,
    sqlite_where=IS_KNOWN,
    postgresql_where=IS_KNOWN,
)

# Figures of networks, rolled up (services.figures.store.reach_cells): what a day added, of what (a
# dimension and its value). Networks tell totals, which may go down: so may this.
reach_cells = Table(
    "reach_cells",
    metadata,
    Column("dimension", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # of UTC
    Column("metric", Text, primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("amount", sa.BigInteger, nullable=False),
    Index("ix_reach_cells_days", "dimension", "day"),
    sqlite_with_rowid=False,
)

# How many people stand behind a campaign's figures: its published posts (no metric), and what was told
# of them by metric and tag. ``since`` is the day from which there were enough of them to be shown, of
# a tag not before the campaign's own.
figure_groups = Table(
    "figure_groups",
    metadata,
    _ref("campaign_id", "campaigns.id", primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("people", sa.Integer, nullable=False),
    Column("since", Text),
)

# How many follow a member; kept only where the organisation estimates reach.
followers = Table(
    "followers",
    metadata,
    _ref("ambassador_id", "ambassadors.id", primary_key=True),
    Column("network", Text, primary_key=True),
    Column("followers", sa.BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("counted_at", UtcTime, nullable=False),
)

applications = Table(
    "applications",
    metadata,
    Column("application_id", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_applications_vacancy", "vacancy_id"),
    Index("ix_applications_at", "at"),
)

# By which of our links an applicant came, as the application's earliest step that knows it states. An
# application without one here came by an unknown way.
attributions = Table(
    "attributions",
    metadata,
    Column("application_id", Text, primary_key=True),
    Column("first_code", Text, nullable=False),
    Column("last_code", Text, nullable=False),
    Column("stated_at", UtcTime, nullable=False),
    Index("ix_attributions_first", "first_code"),
    Index("ix_attributions_last", "last_code"),
)

# --- streams ------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("event", Text, nullable=False),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    Column("processor", Text, primary_key=True),
    Column("event_source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("handled_at", UtcTime, nullable=False, index=True),
    # Of events of another system: two events with one id are found by it.
    Column("digest", sa.BigInteger),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    Column("processor", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", sa.Integer, nullable=False),
    Column("offset", sa.BigInteger, nullable=False),
    Column("part", sa.Integer, nullable=False),
    Column("key", sa.LargeBinary),
    Column("value", sa.LargeBinary, nullable=False),
    Column("error", MessageText(4000), nullable=False),
    Column("remedy", MessageText, nullable=False),
    Column("died_at", UtcTime, nullable=False),
    Column("replayed_at", UtcTime),
    sa.UniqueConstraint("processor", "topic", "partition", "offset", "part"),
    sqlite_autoincrement=True,
)
