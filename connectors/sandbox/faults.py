"""Rules for faults, and the draw that decides which request one hits.

A draw depends on the rule's seed and on how many requests it has matched, on nothing else: the
same rules and the same sequence of requests give the same faults.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.sandbox.state.database import Settings

Network = Literal["linkedin", "x", "mastodon", "*"]
Kind = Literal[
    "timeout",
    "slow_bytes",
    "drop",
    "apply_then_drop",
    "http_401",
    "http_500",
    "http_502",
    "http_503",
    "rate_limited",
    "expired_token",
    "revoked_token",
    "duplicate",
    "credits_depleted",
    "version_sunset",
    "empty_body",
    "html_body",
    "half_json",
    "huge_body",
    "redirect_other_host",
    "foreign_upload_url",
]
#: How a refusal for too many calls looks: as this network does it, with Retry-After in seconds or
#: as a date, with X's window headers, with a reset in the past, or with headers that say nothing.
RateShape = Literal[
    "native", "bare", "retry_after", "retry_after_date", "reset", "reset_past", "unreadable"
]

#: Faults in the answer to a request that was carried out, unless the rule says otherwise. A
#: duplicate is among them: it says that an earlier attempt did arrive.
_APPLIED = frozenset(
    {
        "apply_then_drop",
        "slow_bytes",
        "duplicate",
        "empty_body",
        "half_json",
        "huge_body",
        "foreign_upload_url",
    }
)
#: Faults that Mastodon cannot have: it remembers keys instead of refusing a repeated text.
_NEVER = {"mastodon": frozenset({"duplicate", "foreign_upload_url"})}
#: Faults that only one network knows, and those that only one operation can have.
_ONLY_NETWORK = {"credits_depleted": "x", "version_sunset": "linkedin"}
_ONLY_OPERATION = {"duplicate": "post.create", "foreign_upload_url": "image.initialize"}


class FaultRule(BaseModel):
    """One rule; the first rule that hits a request wins.

    ``operation`` is a kind of the journal or a pattern such as ``post.*``. A pattern never hits
    the pages for people; their names (``authorize``, ``consent``, ``permalink``) do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: Network = "*"
    operation: str = "*"
    kind: Kind
    probability: float = Field(default=1.0, ge=0, le=1)
    #: At most so many hits; null is without end.
    times: int | None = Field(default=None, ge=1)
    #: Leave the first so many matching requests alone.
    after: int = Field(default=0, ge=0)
    seed: int = 0
    #: Length of a ``timeout`` or of ``slow_bytes``, in real seconds.
    seconds: float = Field(default=30.0, gt=0, le=600)
    #: Of ``rate_limited``.
    shape: RateShape = "native"
    #: What ``rate_limited`` promises, in seconds.
    retry_after: int = Field(default=30, ge=0)
    #: Whether the request is carried out before the fault shows; null is what the kind implies.
    apply: bool | None = None

    @model_validator(mode="after")
    def _make_sense(self) -> FaultRule:
        only = _ONLY_NETWORK.get(self.kind)
        if only is not None and self.network not in {only, "*"}:
            raise ValueError(f"{self.kind} exists on {only} only.")
        if self.kind == "apply_then_drop" and self.apply is False:
            raise ValueError("Use the kind drop for a request that is not carried out.")
        return self

    @property
    def applied(self) -> bool:
        """Return whether the request is carried out."""
        return self.kind in _APPLIED if self.apply is None else self.apply

    def matches(self, network: str, operation: str, *, page: bool) -> bool:
        """Return whether the rule is about this operation."""
        if self.network not in {network, "*"}:
            return False
        if _ONLY_NETWORK.get(self.kind, network) != network:
            return False
        if self.kind in _NEVER.get(network, ()):
            return False
        if _ONLY_OPERATION.get(self.kind, operation) != operation:
            return False
        if page:
            return self.operation == operation
        return fnmatchcase(operation, self.operation)


@dataclass(slots=True, kw_only=True)
class ActiveRule:
    """A rule with how many requests it has matched and hit."""

    rule: FaultRule
    matched: int = 0
    hit: int = 0

    def draw(self) -> bool:
        """Count one matching request and return whether the fault hits it."""
        rule, number = self.rule, self.matched
        self.matched += 1
        if number < rule.after or (rule.times is not None and self.hit >= rule.times):
            return False
        if _chance(rule, number) >= rule.probability:
            return False
        self.hit += 1
        return True


def draw(rules: list[ActiveRule], network: str, operation: str, *, page: bool) -> FaultRule | None:
    """Return the rule that hits this request, or None."""
    for active in rules:
        if active.rule.matches(network, operation, page=page) and active.draw():
            return active.rule
    return None


def _chance(rule: FaultRule, number: int) -> float:
    identity = f"{rule.seed}:{rule.network}:{rule.operation}:{rule.kind}:{number}"
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


class FaultPlan:
    """Draws happen in the transaction of the request they hit, and so does their counting."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._active = [
            ActiveRule(
                rule=FaultRule.model_validate(saved["rule"]),
                matched=saved["matched"],
                hit=saved["hit"],
            )
            for saved in settings.read("faults") or []
        ]

    def draw(self, network: str, operation: str, *, page: bool) -> FaultRule | None:
        """Return the rule that hits this request, or None."""
        if not self._active:
            return None
        hit = draw(self._active, network, operation, page=page)
        self._save()
        return hit

    def add(self, rules: Sequence[FaultRule]) -> None:
        """Put rules behind those in force."""
        self._active += [ActiveRule(rule=rule) for rule in rules]
        self._save()

    def clear(self) -> None:
        """End all faults."""
        self._active = []
        self._save()

    def show(self) -> list[dict[str, Any]]:
        """Return the rules with how many requests each has matched and hit."""
        return [
            {**active.rule.model_dump(), "matched": active.matched, "hit": active.hit}
            for active in self._active
        ]

    def _save(self) -> None:
        saved = [
            {"rule": active.rule.model_dump(), "matched": active.matched, "hit": active.hit}
            for active in self._active
        ]
        self._settings.write("faults", saved)
