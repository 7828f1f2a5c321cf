"""The networks: their addresses, our access to them, and what they charge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from services.message import message
from services.price import X_PRICES, Prices
from services.settings.values import Addresses, from_json
from services.text.web_address import is_loopback

SANDBOX_CLIENT_ID = "zwaan-sandbox"
SANDBOX_CLIENT_SECRET = SecretStr("zwaan-sandbox-secret")

#: Those that have settings of their own.
OUR_NETWORKS = ("linkedin", "x", "mastodon")

#: In place of a network's address.
SANDBOX, OFF = "sandbox", "off"


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


class Networks(BaseModel):
    linkedin_url: str = Field(
        default="",
        description='An address, "sandbox", or "off". Empty: the sandbox, or off beside a real network.',
    )
    linkedin_client_id: str = SANDBOX_CLIENT_ID
    linkedin_client_secret: SecretStr = SANDBOX_CLIENT_SECRET
    linkedin_version: str = Field(default="202609", description="YYYYMM.")
    x_url: str = Field(default="", description="As LINKEDIN_URL.")
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
    x_price_post_delete: Decimal = Field(
        default=X_PRICES.units["post_delete"], ge=0, le=1000, description="For taking a post off."
    )
    mastodon_url: str = Field(default="", description='A server, "sandbox", or "off". Empty: off.')
    mastodon_client_id: str = SANDBOX_CLIENT_ID
    mastodon_client_secret: SecretStr = SANDBOX_CLIENT_SECRET

    other_networks: Annotated[Mapping[str, OtherNetwork], NoDecode] = Field(
        default_factory=dict,
        description='Of other packages, as JSON: {"bluesky": {"url": "https://…", "client_id": "…", '
        '"client_secret": "…"}}.',
    )

    image_urls: Addresses = Field(
        default=(),
        description="Base addresses of the images in stories: https://www.example.org,… Empty: "
        "posts go out without images.",
    )

    @field_validator("linkedin_url", "x_url", "mastodon_url")
    @classmethod
    def _check_address(cls, value: str) -> str:
        value = value.strip()
        if value and value.casefold() in (SANDBOX, OFF):
            return value.casefold()
        if value and urlsplit(value).scheme not in ("https", "http"):
            raise ValueError(
                message(
                    "setting.network-address",
                    "has to be an address that begins with https://, “{sandbox}” or “{off}”",
                    sandbox=SANDBOX,
                    off=OFF,
                )
            )
        return value

    @field_validator("linkedin_version")
    @classmethod
    def _check_version(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9]{4}(0[1-9]|1[0-2])", value):
            raise ValueError(
                message("setting.year-month", "has to be a year and a month, for example 202609")
            )
        return value

    @field_validator("other_networks", mode="before")
    @classmethod
    def _read_json(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return from_json(value, example='{"bluesky": {"url": "…"}}')

    @field_validator("other_networks")
    @classmethod
    def _check_names(cls, value: Mapping[str, OtherNetwork]) -> Mapping[str, OtherNetwork]:
        for name in value:
            if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
                raise ValueError(
                    message(
                        "setting.no-name",
                        "holds “{name}”, which is no name; write it in small letters",
                        name=name,
                    )
                )
            if name in OUR_NETWORKS:
                raise ValueError(
                    message(
                        "setting.own-settings",
                        "holds “{name}”, which has settings of its own",
                        name=name,
                    )
                )
        return value

    @field_validator("image_urls")
    @classmethod
    def _check_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            parts = urlsplit(address)
            plain_ok = parts.scheme == "http" and is_loopback(parts.hostname or "")
            if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
                raise ValueError(
                    message(
                        "setting.no-base",
                        "holds “{address}”, which is no base address; write https://www.example.org",
                        address=address,
                    )
                )
            if parts.scheme != "https" and not plain_ok:
                raise ValueError(
                    message(
                        "setting.no-https",
                        "holds “{address}”, which has to begin with https://",
                        address=address,
                    )
                )
        return value

    @property
    def prices(self) -> Mapping[str, Prices]:
        """Of the networks that charge for posts, or for what they are asked about them."""
        x = Prices(
            with_link=self.x_price_with_link,
            without_link=self.x_price_without_link,
            units={
                "post_read": self.x_price_post_read,
                "user_read": self.x_price_user_read,
                "media_metadata": self.x_price_media_metadata,
                "post_delete": self.x_price_post_delete,
            },
        )
        return {"x": x} if x.for_posts or any(x.units.values()) else {}

    @property
    def our_networks(self) -> Mapping[str, str]:
        """Where each of our networks is: an address, `SANDBOX` or `OFF`.

        Once one network is real, the others are off instead of imitated, unless they are set.
        """
        unset = {"linkedin": SANDBOX, "x": SANDBOX, "mastodon": OFF}
        if self.real_networks:
            unset = dict.fromkeys(unset, OFF)
        return {name: url or unset[name] for name, url in self._our_urls.items()}

    @property
    def sandboxes(self) -> tuple[str, ...]:
        """The names of the networks that are an imitation of ours; every page then says so."""
        return tuple(name for name, url in self.our_networks.items() if url == SANDBOX)

    @property
    def sandbox(self) -> bool:
        """Whether any network is the sandbox."""
        return bool(self.sandboxes)

    @property
    def real_networks(self) -> tuple[str, ...]:
        """The names of those where everybody can see what is posted."""
        others = {name: other.url for name, other in self.other_networks.items()}
        urls = {**self._our_urls, **others}
        return tuple(name for name, url in urls.items() if is_real(url))

    @property
    def _our_urls(self) -> dict[str, str]:
        urls = (self.linkedin_url, self.x_url, self.mastodon_url)
        return dict(zip(OUR_NETWORKS, urls, strict=True))


def is_real(url: str) -> bool:
    """Whether a network's address is that of a real network: only those speak https."""
    return urlsplit(url).scheme == "https"
