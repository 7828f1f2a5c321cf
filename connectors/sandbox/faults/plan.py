"""The rules in force, kept in the sandbox's file so that a restart does not end them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.faults.rules import ActiveRule, FaultRule, draw
from connectors.sandbox.state.settings import Settings


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
