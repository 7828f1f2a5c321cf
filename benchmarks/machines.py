"""Machines among the visitors: how many of two public lists are distinguished, and how fast.

The lists: crawler-user-agents' examples, and isbot's fixtures (tests/unit/figures/agents).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from benchmarks.report import Row, arguments, report
from services.figures.rules.click import classify
from services.figures.rules.user_agent import machine_of

_ISBOT = Path(__file__).parent.parent / "tests/unit/figures/agents"
_ROUNDS = 20


def _isbot(name: str) -> set[str]:
    return set((_ISBOT / f"isbot_{name}.txt").read_text(encoding="utf-8").splitlines())


def _share(agents: Collection[str], *, machines: bool) -> list[float]:
    counted = sum(bool(machine_of(agent)) is machines for agent in agents)
    return [100 * counted / len(agents)]


def _rate(agents: Collection[str]) -> float:
    started = time.process_time()
    for _ in range(_ROUNDS):
        for agent in agents:
            classify(method="GET", user_agent=agent, prefetch=False)
    return _ROUNDS * len(agents) / (time.process_time() - started)


def main() -> None:
    runs = arguments().runs
    listed = {agent for each in CRAWLER_USER_AGENTS_DATA for agent in each.get("instances", ())}
    crawlers, browsers, unclear = map(_isbot, ("crawlers", "browsers", "unclear"))
    everything = [*listed, *browsers]
    _rate(everything)
    report(
        "Machines among the visitors",
        "python -m benchmarks.machines",
        [
            Row(what=f"machines counted as people, of {len(listed):,} of crawler-user-agents", runs=_share(listed, machines=False), unit="%", target="≤ 2 %"),
            Row(what=f"machines counted as people, of {len(crawlers)} of isbot", runs=_share(crawlers, machines=False), unit="%", target="≤ 2 %"),
            Row(what=f"browsers counted as machines, of {len(browsers)} of isbot", runs=_share(browsers, machines=True), unit="%", target="≤ 1 %"),
            Row(what=f"the same of all {len(browsers | unclear)}, with what isbot calls glitches and insignificant bots", runs=_share(browsers | unclear, machines=True), unit="%", target="≤ 1 %"),
            Row(what="classified, with the cache", runs=[_rate(everything) for _ in range(runs)], unit="agents/s", target="≥ 200,000"),
        ],
        notes="""
What can be a browser's agent counts as a person: of isbot's browsers only `Amzn-User`, which a service
sends, does not. Of those 33 that isbot lists beside them to keep its own patterns narrow, four more
name a crawler or an HTTP client (Slurp, Lucidworks, Kendra, vert.x) and stay machines. Miniature.io,
a crawler on one list and a browser on the other, counts as a person, as every program with Qt's. Agents broken by
an injection, or that look for secrets, say nothing of who sent them and try a server's own addresses,
no short link's code: where no name tells them as machines they count as people.
""",
    )  # fmt: skip


if __name__ == "__main__":
    main()
