"""What can be chosen when a sandbox is created. Defaults are the networks' published rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

#: The product's settings use this pair until real credentials are configured.
DEFAULT_CLIENTS: Mapping[str, str] = MappingProxyType({"zwaan-sandbox": "zwaan-sandbox-secret"})

_LINKEDIN_SCOPES = frozenset(
    {"openid", "profile", "email", "w_member_social", "r_member_postAnalytics"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """Fixed for the life of one sandbox.

    ``public_url`` is the address at which browsers and connectors reach the sandbox, without a
    path; its host is also allowed in redirect URIs. Durations are in the unit of their name.
    """

    public_url: str
    #: Client secrets by client id, accepted by both networks. Never shown.
    clients: Mapping[str, str] = field(default_factory=lambda: DEFAULT_CLIENTS, repr=False)
    #: Host names besides loopback and ``public_url`` to which a consent may redirect.
    redirect_hosts: frozenset[str] = frozenset()

    #: The oldest Marketing API version (YYYYMM) that is not sunset yet.
    linkedin_oldest_version: str = "202510"
    #: The newest version known when this was written; later months of the clock are accepted too.
    linkedin_newest_version: str = "202609"
    #: Products of the app. Without ``r_member_postAnalytics`` it is a self-serve app.
    linkedin_scopes: frozenset[str] = _LINKEDIN_SCOPES
    #: Only approved partners receive refresh tokens.
    linkedin_refresh_tokens: bool = False
    #: A deleted text is still refused as a duplicate for this long (24 to 48 h reported).
    linkedin_ghost_hours: float = 36.0
    #: Between the upload of an image and the moment a post may use it.
    linkedin_image_processing_seconds: float = 0.2

    #: The vocabulary of X's answers: ``new`` says ``repost_count`` and accepts ``post.fields``.
    x_vocabulary: Literal["old", "new"] = "old"

    #: Seed of the simulated audience.
    audience_seed: int = 1

    @property
    def public_host(self) -> str:
        """Return the host name of ``public_url``."""
        return urlsplit(self.public_url).hostname or ""
