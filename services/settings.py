"""All settings, read once from ``ZWAAN_*`` variables or a ``.env`` file. Nothing else reads them.

Defaults are those of a laptop: an embedded log, SQLite, and the sandbox networks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from services.domain.loopback import is_loopback
from services.domain.price import X_PRICES, Prices
from services.domain.scheduling import Pace, WorkingHours
from services.errors import Rejected, Stop
from services.sentences import nearest, predicate

SANDBOX_CLIENT_ID = "zwaan-sandbox"
SANDBOX_CLIENT_SECRET = SecretStr("zwaan-sandbox-secret")

#: Those that have settings of their own.
OUR_NETWORKS = ("linkedin", "x", "mastodon")

#: As an address of a network that is only offered where it is asked for.
SANDBOX = "sandbox"

# 32 bytes in base64 for URLs each.
_FERNET_KEYS = r"\s*[A-Za-z0-9_-]{43}=\s*(,\s*[A-Za-z0-9_-]{43}=\s*)*,?\s*"

#: Networks of this machine.
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class OtherNetwork(BaseModel):
    """A network whose connector another package brings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    client_id: str
    client_secret: SecretStr
    #: Where members consent; empty: at ``url``.
    authorize_url: str = ""
    #: Empty: the connector's own.
    scopes: tuple[str, ...] = ()


class Settings(BaseSettings):
    """Frozen settings. Secrets never appear in ``repr``."""

    model_config = SettingsConfigDict(
        env_prefix="ZWAAN_", env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    data: Path = Field(default=Path(".zwaan"), description="Folder of the log, database and keys.")
    broker: str = Field(
        default="", description="embedded:///path or kafka://host:port. Empty: embedded in DATA."
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="sqlite+aiosqlite:///path or postgresql+psycopg://… Empty: SQLite in DATA.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web pages are served on.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=_LOOPBACK,
        description="Reverse proxies that may say whom they speak for: 10.0.0.7,172.16.0.0/12.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the web pages.")
    public_url: str = Field(
        default="", description="Address that people and networks reach us at; short links use it."
    )
    organisation: str = Field(default="Zwaan", description="Name used in the disclosure.")
    contact: str = Field(default="", description="Whom an ambassador can ask; shown on pages.")
    careers_url: str = Field(default="", description="Where links of closed vacancies lead.")

    linkedin_url: str = Field(default="", description="Empty: the sandbox.")
    linkedin_client_id: str = SANDBOX_CLIENT_ID
    linkedin_client_secret: SecretStr = SANDBOX_CLIENT_SECRET
    linkedin_version: str = Field(default="202609", description="YYYYMM.")
    x_url: str = Field(default="", description="Empty: the sandbox.")
    x_client_id: str = SANDBOX_CLIENT_ID
    x_client_secret: SecretStr = SANDBOX_CLIENT_SECRET
    x_price_with_link: Decimal = Field(
        default=X_PRICES.with_link, ge=0, le=1000, description="US dollars X charges for a post."
    )
    x_price_without_link: Decimal = Field(default=X_PRICES.without_link, ge=0, le=1000)
    x_price_post_read: Decimal = Field(
        default=X_PRICES.units["post_read"],
        ge=0,
        le=1000,
        description="For a post that X shows us.",
    )
    x_price_user_read: Decimal = Field(default=X_PRICES.units["user_read"], ge=0, le=1000)
    x_price_media_metadata: Decimal = Field(
        default=X_PRICES.units["media_metadata"], ge=0, le=1000, description="For an alt text."
    )
    mastodon_url: str = Field(
        default="", description='A server, or "sandbox". Empty: Mastodon is not offered.'
    )
    mastodon_client_id: str = SANDBOX_CLIENT_ID
    mastodon_client_secret: SecretStr = SANDBOX_CLIENT_SECRET

    other_networks: Annotated[Mapping[str, OtherNetwork], NoDecode] = Field(
        default_factory=dict,
        description='Of other packages, as JSON: {"bluesky": {"url": "https://…", "client_id": "…", '
        '"client_secret": "…"}}.',
    )

    image_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Base addresses of the images in stories: https://www.example.org,… Empty: "
        "posts go out without images.",
    )

    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions. Empty: made once and kept in DATA."
    )
    token_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, newest first, comma-separated. Empty: made once, kept in DATA.",
    )
    api_token: SecretStr | None = Field(
        default=None, description="Bearer token of the event API. Needed beyond loopback."
    )

    llm_url: str = Field(
        default="",
        description="An OpenAI-compatible endpoint, such as https://host/v1. Empty: none.",
    )
    llm_model: str = Field(default="", description="The model's name there.")
    llm_key: SecretStr = Field(default=SecretStr(""), description="Its bearer token, if any.")
    llm_concurrency: int = Field(default=2, ge=1, le=16)
    llm_timeout: Annotated[timedelta, NoDecode] = Field(
        default=timedelta(seconds=30),
        gt=timedelta(),
        le=timedelta(minutes=5),
        description="For a whole answer.",
    )

    smtp_url: SecretStr | None = Field(
        default=None, description="smtp:// or smtps://user:password@host:port. Empty: no mail."
    )
    mail_from: str = "zwaan@localhost"

    consumer_group: str = "zwaan"
    publish_concurrency: int = Field(default=8, ge=1, le=64)
    weekly_cap: int = Field(
        default=2, ge=0, le=50, description="Posts in seven days for each person; 0: no maximum."
    )
    stagger: Annotated[timedelta, NoDecode] = Field(
        default=timedelta(minutes=10),
        ge=timedelta(),
        description="Between two posts of a campaign on one network; 0s: none.",
    )
    undo_seconds: int = Field(
        default=10,
        ge=0,
        le=600,
        description="How long a post that is shared now can still be undone; 0: it goes at once.",
    )
    working_hours: Annotated[WorkingHours, NoDecode] = Field(
        default=WorkingHours(),
        description="When posts go out that wait for a good time, by each person's own clock.",
    )
    standing_consent: bool | None = Field(
        default=None,
        description="Whether people may let drafts be approved without a tap. Empty: only while "
        "every network is a sandbox, because LinkedIn's terms forbid automated posting.",
    )
    reach_after: Annotated[tuple[timedelta, ...], NoDecode] = Field(
        default=tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 168, 720)),
        description="When a post is measured after publication: 1h,6h,24h,3d,7d,30d.",
    )
    reach_rates: Annotated[Mapping[str, float], NoDecode] = Field(
        default={},
        description="Share of the followers that a post is thought to reach: linkedin=0.08,x=0.05. "
        "Empty: nothing is estimated.",
    )
    keep_measurements: Annotated[timedelta, NoDecode] = Field(
        default=timedelta(hours=48),
        ge=timedelta(),
        description="How long a network's figure is kept once another of the same post replaced it.",
    )
    keep_audit: Annotated[timedelta | None, NoDecode] = Field(
        default=None, description="How long the audit is kept: 730d. Empty: for ever."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("data")
    @classmethod
    def _check_folder(cls, value: Path) -> Path:
        if "?" in str(value.absolute()):
            raise ValueError(
                'holds a "?", which an address of a database cannot; rename the folder'
            )
        return value

    @field_validator("token_keys")
    @classmethod
    def _check_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(_FERNET_KEYS, value.get_secret_value()):
            raise ValueError(
                "has to be one or more Fernet keys, separated by commas; "
                "make one with: zwaan doctor --new-token-key"
            )
        return value

    @field_validator("linkedin_version")
    @classmethod
    def _check_version(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9]{4}(0[1-9]|1[0-2])", value):
            raise ValueError("has to be a year and a month, for example 202609")
        return value

    @field_validator("consumer_group")
    @classmethod
    def _check_group(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", value):
            raise ValueError("has to be 1 to 100 letters, digits, dots, hyphens or underscores")
        return value

    @field_validator("reach_after", mode="before")
    @classmethod
    def _read_durations(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(_duration(part) for part in value.split(",") if part.strip())

    @field_validator("other_networks", mode="before")
    @classmethod
    def _read_json(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError('has to be JSON, for example {"bluesky": {"url": "…"}}') from error

    @field_validator("other_networks")
    @classmethod
    def _check_names(cls, value: Mapping[str, OtherNetwork]) -> Mapping[str, OtherNetwork]:
        for name in value:
            if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
                raise ValueError(f'holds "{name}", which is no name; write it in small letters')
            if name in OUR_NETWORKS:
                raise ValueError(f'holds "{name}", which has settings of its own')
        return value

    @field_validator("image_urls", mode="before")
    @classmethod
    def _read_addresses(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())

    @field_validator("image_urls")
    @classmethod
    def _check_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            parts = urlsplit(address)
            plain_ok = parts.scheme == "http" and is_loopback(parts.hostname or "")
            if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
                raise ValueError(f'"{address}" is no base address; write https://www.example.org')
            if parts.scheme != "https" and not plain_ok:
                raise ValueError(f'"{address}" has to begin with https://')
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _read_networks(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(_network(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("reach_rates", mode="before")
    @classmethod
    def _read_rates(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {network.strip(): _rate(share) for network, _, share in pairs}

    @field_validator("stagger", "keep_measurements", "keep_audit", "llm_timeout", mode="before")
    @classmethod
    def _read_duration(cls, value: Any) -> Any:
        return _duration(value) if isinstance(value, str) else value

    @field_validator("working_hours", mode="before")
    @classmethod
    def _read_hours(cls, value: Any) -> Any:
        try:
            return WorkingHours.parse(value) if isinstance(value, str) else value
        except Rejected as fault:
            raise ValueError(f"cannot be read: {fault}; {fault.remedy}") from fault

    @field_validator("reach_after")
    @classmethod
    def _check_order(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if not value or any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError("has to be one or more ascending durations, for example 1h,6h,3d")
        return value

    @property
    def pace(self) -> Pace:
        """The rules for when posts go out, for everybody who chose nothing else."""
        return Pace(
            weekly_cap=self.weekly_cap,
            stagger=self.stagger,
            hours=self.working_hours,
            undo=timedelta(seconds=self.undo_seconds),
        )

    @property
    def prices(self) -> Mapping[str, Prices]:
        """Of the networks that charge for posts."""
        x = Prices(
            with_link=self.x_price_with_link,
            without_link=self.x_price_without_link,
            units={
                "post_read": self.x_price_post_read,
                "user_read": self.x_price_user_read,
                "media_metadata": self.x_price_media_metadata,
            },
        )
        return {"x": x} if x.with_link or x.without_link else {}

    @property
    def broker_url(self) -> str:
        return self.broker or f"embedded://{quote(str(self.data.resolve() / 'zwaan.log.db'))}"

    @property
    def embedded(self) -> bool:
        return urlsplit(self.broker_url).scheme == "embedded"

    @property
    def log_path(self) -> Path:
        """The file of the embedded log. Only where ``embedded``."""
        return Path(unquote(urlsplit(self.broker_url).path))

    @property
    def database(self) -> str:
        configured = self.database_url.get_secret_value()
        return configured or f"sqlite+aiosqlite:///{self.data.resolve() / 'zwaan.db'}"

    @property
    def database_path(self) -> Path | None:
        """The file of an SQLite database; None for PostgreSQL."""
        kind, _, path = self.database.partition(":///")
        return Path(path.partition("?")[0]) if kind.startswith("sqlite") else None

    @property
    def base_url(self) -> str:
        """The address people reach, without a slash at the end."""
        return (self.public_url or f"http://{_in_address(self.host)}:{self.port}").rstrip("/")

    @property
    def local_url(self) -> str:
        """The address at which this machine reaches its own pages."""
        host = self.host if self.on_loopback else "127.0.0.1"
        return f"http://{_in_address(host)}:{self.port}"

    @property
    def sandbox(self) -> bool:
        """Whether any network is the sandbox; every page then says so."""
        return not (self.linkedin_url and self.x_url) or self.mastodon_url == SANDBOX

    @property
    def offers_standing_consent(self) -> bool:
        if self.standing_consent is not None:
            return self.standing_consent
        return not self.real_networks

    @property
    def real_networks(self) -> tuple[str, ...]:
        """The names of those where everybody can see what is posted."""
        ours = zip(OUR_NETWORKS, (self.linkedin_url, self.x_url, self.mastodon_url), strict=True)
        urls = {**dict(ours), **{name: other.url for name, other in self.other_networks.items()}}
        return tuple(name for name, url in urls.items() if is_real(url))

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.host)


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names_a_log(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "embedded":
        return not parts.netloc and Path(parts.path).is_absolute() and bool(Path(parts.path).name)
    return parts.scheme == "kafka" and bool(parts.hostname)


_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(
            f'"{text}" is no address and no network; write 10.0.0.7 or 172.16.0.0/12'
        ) from error


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise ValueError(f'holds "{text}", which is no share from 0 to 1; write for example x=0.05')
    return rate


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'holds "{text}", which is no duration; write for example 90s, 6h or 3d')
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return f"ZWAAN_{name.upper()}"


def unknown_settings() -> dict[str, str]:
    """``ZWAAN_*`` names that are set and are no setting, each with the one meant, or empty."""
    known = {variable(name) for name in Settings.model_fields}
    given = {
        name.upper()
        for source in (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
        for name in source.env_vars
    }
    ours = {name for name in given if name.startswith("ZWAAN_")}
    return {
        name: nearest(name, known)
        for name in sorted(ours - known)
        if not name.startswith("ZWAAN_TEST_")  # of this project's tests
    }


def is_real(url: str) -> bool:
    """Whether a network's address is that of a real network: only those speak https."""
    return urlsplit(url).scheme == "https"


def load_settings(**given: Any) -> Settings:
    """Read the settings; ``given`` ones win.

    Raises Rejected naming the variable at fault, Stop for an address of no kind we know.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = variable(str(first["loc"][0]))
        raise Rejected(f"the setting {name} {predicate(first)}") from error
    if not _names_a_log(settings.broker_url):
        raise Stop(
            "the setting ZWAAN_BROKER is wrong: it has to be embedded:///absolute/path or "
            "kafka://host:port, for example kafka://127.0.0.1:9092"
        )
    if not settings.database.startswith(("sqlite+aiosqlite://", "postgresql+psycopg://")):
        raise Stop(
            "the setting ZWAAN_DATABASE_URL is wrong: it starts with sqlite+aiosqlite:// or "
            "postgresql+psycopg://, for example postgresql+psycopg://zwaan@127.0.0.1/zwaan"
        )
    if bool(settings.llm_url) != bool(settings.llm_model):
        lacking = "ZWAAN_LLM_MODEL" if settings.llm_url else "ZWAAN_LLM_URL"
        raise Rejected(
            f"the setting {lacking} is missing: a language model needs both its URL and its name"
        )
    return settings
