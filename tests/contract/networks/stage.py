"""What the contract's tests hold in their hands: the sandbox's controls, a member, a fresh post."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import requests

from services.ports import Account, OutgoingPost

#: The smallest valid PNG: one transparent pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
REDIRECT_URI = "http://127.0.0.1:9/callback"
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The control side: what the networks received and hold, faults, clock, limits."""

    address: str

    def journal(self, network: str, kind: str) -> list[dict[str, Any]]:
        return self._get("journal", network=network, kind=kind, limit="1000")["entries"]  # type: ignore[no-any-return]

    def posts(self, network: str, member: str) -> list[dict[str, Any]]:
        """The member's posts that are not deleted."""
        found: list[dict[str, Any]] = []
        after = "0"
        while after != "None":
            page = self._get("posts", network=network, after=after)
            found += page["posts"]
            after = str(page["next_after"])
        return [post for post in found if post["member"] == member and post["deleted_at"] is None]

    def billed(self) -> float:
        """What X has charged so far, in US dollars."""
        return float(self._get("limits")["billed"]["usd"])

    def billed_units(self) -> Counter[str]:
        """How much of what X has charged for so far."""
        return Counter(self._get("limits")["billed"]["units"])

    def fault(self, network: str, operation: str, kind: str, **more: Any) -> None:
        """The next request of this kind meets a fault, once unless ``times`` says otherwise."""
        rule = {"network": network, "operation": operation, "kind": kind, "times": 1, **more}
        self.change("faults", [rule])

    def reset(self) -> None:
        requests.delete(f"{self.address}/_sandbox/faults", timeout=60).raise_for_status()
        requests.delete(f"{self.address}/_sandbox/journal", timeout=60).raise_for_status()
        self.change("clock", {"real": True})
        self.change("limits", {"enabled": False, "credits_usd": None})

    def change(self, what: str, values: object) -> None:
        response = requests.post(f"{self.address}/_sandbox/{what}", json=values, timeout=60)
        assert response.ok, response.text

    def _get(self, what: str, **query: str) -> dict[str, Any]:
        response = requests.get(f"{self.address}/_sandbox/{what}", params=query, timeout=60)
        assert response.ok, response.text
        answer: dict[str, Any] = response.json()
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    email: str
    account: Account


Consent = Callable[..., dict[str, str]]


def fresh_post(text: str = "Ik werk bij Deltaplan (en hoe!).") -> OutgoingPost:
    """A post that no other test has published."""
    return OutgoingPost(text=f"{text} https://go.example.com/r/{next(_numbers):04d}")


def fresh_email() -> str:
    """The address of a member whom no other test has used."""
    return f"member-{next(_numbers)}@example.org"
