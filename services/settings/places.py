"""Where things are: the data, the log, the database, and our own pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from services.message import message
from services.settings.broker import NO_ADDRESS, read_servers
from services.settings.values import Ranges
from services.text.web_address import is_loopback

#: Networks of this machine.
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class Places(BaseModel):
    data: Path = Field(default=Path(".zwaan"), description="Folder of the log, database and keys.")
    broker: str = Field(
        default="", description="embedded:///path or kafka://host:port. Empty: embedded in DATA."
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="sqlite+aiosqlite:///path or postgresql+psycopg://… Empty: SQLite in DATA.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web pages are served on.")
    trusted_proxies: Ranges = Field(
        default=_LOOPBACK,
        description="Reverse proxies that may say whom they speak for: 10.0.0.7,172.16.0.0/12.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the web pages.")
    public_url: str = Field(
        default="", description="Address that people and networks reach us at; short links use it."
    )

    @field_validator("data")
    @classmethod
    def _check_folder(cls, value: Path) -> Path:
        if "?" in str(value.absolute()):
            raise ValueError(
                message(
                    "setting.folder-query",
                    "holds a “?”, which an address of a database cannot; rename the folder",
                )
            )
        return value

    @field_validator("broker")
    @classmethod
    def _check_broker(cls, value: str) -> str:
        if value.startswith("kafka://"):
            read_servers(value)
        elif value and not _names_a_file(value):
            raise ValueError(NO_ADDRESS)
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        if value and not _is_web_address(value):
            raise ValueError(
                message(
                    "setting.web-address", "has to be an address such as https://zwaan.example.org"
                )
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr) -> SecretStr:
        known = ("sqlite+aiosqlite://", "postgresql+psycopg://")
        if value and not value.get_secret_value().startswith(known):
            raise ValueError(
                message(
                    "setting.database",
                    "is wrong: it starts with sqlite+aiosqlite:// or postgresql+psycopg://, for example postgresql+psycopg://zwaan@127.0.0.1/zwaan",
                )
            )
        return value

    @property
    def broker_url(self) -> str:
        return self.broker or f"embedded://{quote(str(self.data.resolve() / 'zwaan.log.db'))}"

    @property
    def embedded(self) -> bool:
        return urlsplit(self.broker_url).scheme == "embedded"

    @property
    def kafka_servers(self) -> tuple[str, ...]:
        """``host:port`` each. Only where not ``embedded``."""
        return read_servers(self.broker)

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
    def on_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def is_public(self) -> bool:
        """Whether anything says that others than this machine are served: the address that is
        listened on, the one that people are given, or a reverse proxy that is named."""
        return not (self.on_loopback and self._is_ours) or (
            "trusted_proxies" in self.model_fields_set and bool(self.trusted_proxies)
        )

    @property
    def _is_ours(self) -> bool:
        """Whether the address that people are given is this machine's own."""
        parts = urlsplit(self.base_url)
        ours = parts.scheme == "http" and is_loopback(parts.hostname or "")
        return ours and (80 if parts.port is None else parts.port) == self.port


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:  # of a port, or brackets
        return False


def _names_a_file(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = Path(parts.path)
    placed = path.is_absolute() and bool(path.name)
    return parts.scheme == "embedded" and placed and not parts.netloc and not parts.fragment
