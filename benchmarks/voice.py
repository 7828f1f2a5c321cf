"""Drafts for fifty and a thousand people: how different they are, and how fast they come.

``python -m benchmarks.voice [--write] [--runs N]``; every example story and vacancy, both networks.
Figures of distinctness are computed by brute force on the finished texts, not taken from the guard.
Speed is processor time of one thread, facts, checks and guard included; the baseline is what
Jinja2 alone needs for a text of the same length, measured in the same run.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import statistics
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bare_jinja import ANCHOR, renders_per_second
from benchmarks.report import arguments, keep, machine
from services.domain.ambassador import Ambassador
from services.domain.identity import ambassador_id, link_code
from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice import (
    Composer,
    Draft,
    DraftRequest,
    NoDraft,
    OverlapGuard,
    PostTemplates,
    Sources,
    check_supported,
)
from services.domain.voice.suggestions import first_draft
from services.events.incoming import StoryApproved, VacancyOpened

TITLE = "The voice: distinctness and speed"
EXAMPLES = Path(__file__).parents[1] / "examples"
NETWORKS = ("linkedin", "x")
Content = StoryApproved | VacancyOpened
#: Whether the guard told the true highest overlap is counted for texts at least this much alike.
_ALIKE = 0.15

_WORD = re.compile(r"[^\W_]+")
_ASIDE = re.compile(r"https?://\S+|#\w+")
_EMPLOYER = re.compile(r"\b(?:ik werk bij|i work at) Zwaan\b", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """What one audience size on one network came to, over all examples."""

    asked: int = 0
    drafts: int = 0
    most_shared: int = 0
    highest: float = 0.0
    medians: list[float] = field(default_factory=list)
    alike: int = 0
    told: int = 0
    broken: Counter[str] = field(default_factory=Counter)


def content_of_examples() -> list[Content]:
    found: list[Content] = []
    for path in sorted(EXAMPLES.glob("*/*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        model = StoryApproved if event["type"] == "story.approved" else VacancyOpened
        found.append(model.model_validate(event["data"]))
    return found


def crowd(number: int, language: str) -> list[Ambassador]:
    """People in the example organisation's roles, teams and places, no two profiles alike."""
    with (EXAMPLES / "ambassadors.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    return list(_people(rows, number))


def _people(rows: Sequence[dict[str, str]], number: int) -> Iterator[Ambassador]:
    for serial in range(number):
        digest = hashlib.blake2b(f"person{serial}".encode(), digest_size=8).digest()
        like, other = rows[digest[0] % len(rows)], rows[digest[1] % len(rows)]
        email = f"{like['language']}{serial}@example.org"
        yield Ambassador(
            id=ambassador_id(email),
            email=email,
            name=f"Person {serial}",
            language="nl" if like["language"] == "nl" else "en",
            role=like["role"],
            team=like["team"],
            crafts=tuple(like["crafts"].split(";")),
            region=other["region"],
            address_form="u"
            if like["address_form"] == "u"
            else "je"
            if like["address_form"]
            else "",
            emoji=digest[2] % 3,
            length=("short", "medium", "long")[digest[3] % 3],
            since=1985 + digest[4] % 40 if digest[5] % 5 else None,
        )


def compose(
    composer: Composer, content: Content, people: Sequence[Ambassador], network: str
) -> list[tuple[Ambassador, Draft]]:
    """The drafts that were made, in the order in which the guard came to know them."""
    guard = OverlapGuard()
    made: list[tuple[Ambassador, Draft]] = []
    for rank, person in enumerate(people):
        request = DraftRequest(
            campaign_id="campaign",
            content=content,
            ambassador=person,
            network=network,
            rank=rank,
            seed=7,
            link=f"http://127.0.0.1:8000/r/{link_code(person.id + network)}",
        )
        try:
            draft = first_draft(composer, request, guard)
        except NoDraft:
            continue
        guard.add(person.id, draft.text)
        made.append((person, draft))
    return made


def sentences(text: str, title: str) -> set[str]:
    prose = _ASIDE.sub(" ", text).replace(f"“{title}”", " ")
    pieces = re.split(r"(?<=[.!?])[”’)]*\s+|\n+", prose)
    kept = (" ".join(_WORD.findall(p.casefold())) for p in pieces if not _EMPLOYER.search(p))
    return {sentence for sentence in kept if sentence}


def overlaps(texts: Sequence[str]) -> tuple[list[float], float]:
    """By brute force, the Jaccard index of 5-word shingles: of each text the highest with any
    before it, and the median of all pairs."""
    sizes: list[int] = []
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    highest: list[float] = []
    alike: list[float] = []
    for number, text in enumerate(texts):
        words = _WORD.findall(_ASIDE.sub(" ", text).casefold())
        shingles = {tuple(words[at : at + 5]) for at in range(len(words) - 4)}
        shared = Counter(other for shingle in shingles for other in holders[shingle])
        size = len(shingles)
        values = [count / (size + sizes[other] - count) for other, count in shared.items()]
        highest.append(max(values, default=0.0))
        alike += values
        sizes.append(size)
        for shingle in shingles:
            holders[shingle].append(number)
    pairs = len(texts) * (len(texts) - 1) // 2
    apart, middle = pairs - len(alike), pairs // 2
    return highest, 0.0 if middle < apart else sorted(alike)[middle - apart]


def broken_promises(content: Content, person: Ambassador, text: str, network: str) -> list[str]:
    source = json.dumps(content.model_dump(mode="json"), ensure_ascii=False)
    dates = "reageren t/m apply by January February januari februari december December"
    day = (
        str(content.closes_at.day)
        if isinstance(content, VacancyOpened) and content.closes_at
        else ""
    )
    profile = (person.role, person.team, person.region, str(person.since), *person.crafts)
    unsupported = check_supported(
        text,
        Sources([source, *re.split(r"\\n+", source), dates, day, "Zwaan"]),
        profile=profile,
        language=person.language,
    )
    tests = {
        "over the limit": not measure_text(OURS[network], text).valid,
        "not one disclosure": len(_EMPLOYER.findall(text)) != 1,
        "not one link": text.count("http") != 1,
        "unsupported": bool(unsupported),
    }
    return [name for name, failed in tests.items() if failed]


def tally(composer: Composer, number: int, network: str) -> Tally:
    total = Tally()
    for content in content_of_examples():
        made = compose(composer, content, crowd(number, content.language), network)
        texts = [draft.text for _, draft in made]
        counts = Counter(s for text in texts for s in sentences(text, content.title))
        highest, median = overlaps(texts)
        total.asked += number
        total.drafts += len(made)
        total.most_shared = max(total.most_shared, *counts.values())
        total.highest = max(total.highest, *highest)
        total.medians.append(median)
        for (person, draft), true in zip(made, highest, strict=True):
            total.broken.update(broken_promises(content, person, draft.text, network))
            if true >= _ALIKE:
                total.alike += 1
                total.told += abs(draft.overlap - true) < 0.001
    return total


def distinctness(composer: Composer) -> str:
    lines = [
        "| people, network | drafts | a sentence in | highest | median | broken | guard exact |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, asked in ((50, "1 · 0.20"), (1000, "2 · 0.30 · 0.03")):
        for network in NETWORKS:
            found = tally(composer, number, network)
            lines.append(
                f"| {number:,}, {network} (asked: {asked}) | {found.drafts:,} of {found.asked:,} "
                f"| {found.most_shared} | {found.highest:.3f} | {max(found.medians):.3f} "
                f"| {sum(found.broken.values())} | {found.told:,} of {found.alike:,} |"
            )
    return "\n".join(lines)


def seconds_per_draft(composer: Composer, network: str, content: Content) -> float:
    people = crowd(1000, content.language)
    started = time.process_time()
    compose(composer, content, people, network)
    return (time.process_time() - started) / len(people)


def speed(templates: PostTemplates, runs: int) -> str:
    head = (
        "| what (one thread, processor time) | median per second | spread | against bare Jinja2 |"
    )
    lines = [f"{head} where that renders {ANCHOR:,} |", "| --- | --- | --- | --- | --- |"]
    contents = content_of_examples()
    bare: list[float] = []
    rates: dict[str, list[float]] = {network: [] for network in (*NETWORKS, "both")}
    for _ in range(runs):
        bare.append(renders_per_second())
        composer = Composer(templates)
        spent = {
            network: statistics.mean(seconds_per_draft(composer, network, c) for c in contents)
            for network in NETWORKS
        }
        for network, seconds in spent.items():
            rates[network].append(1 / seconds)
        rates["both"].append(1 / statistics.mean(spent.values()))
    baseline = statistics.median(bare)
    lines.append(
        f"| bare Jinja2, 650 characters | {baseline:,.0f} | {_spread(bare)} | 1 | {ANCHOR:,} |"
    )
    for network, values in rates.items():
        median = statistics.median(values)
        lines.append(
            f"| drafts, {network}, 1,000 people (asked: ≥ 5,000) | {median:,.0f} "
            f"| {_spread(values)} | {median / baseline:.3f} | {median / baseline * ANCHOR:,.0f} |"
        )
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):,.0f} – {max(values):,.0f}"


def bytes_per_draft(composer: Composer, network: str) -> float:
    """What the guard grows by for each of the last six hundred of a thousand drafts, at most."""
    most = 0.0
    for content in content_of_examples():
        made = compose(composer, content, crowd(1000, content.language), network)
        texts = [(person.id, draft.text) for person, draft in made]
        guard = OverlapGuard()
        # From the beginning, so that what grows into something else is not counted twice.
        tracemalloc.start()
        for post, text in texts[:400]:
            guard.add(post, text)
        before = tracemalloc.get_traced_memory()[0]
        for post, text in texts[400:]:
            guard.add(post, text)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        most = max(most, grown / len(texts[400:]))
    return most


def main() -> None:
    started = time.perf_counter()
    templates = PostTemplates.load()
    loaded = time.perf_counter() - started
    composer = Composer(templates)
    memory = ", ".join(
        f"{network} {bytes_per_draft(composer, network):,.0f} bytes" for network in NETWORKS
    )
    text = (
        f"`python -m benchmarks.voice` — {machine()}\n\n"
        f"{distinctness(composer)}\n\nHighest and median overlap, broken promises (limit, link, "
        "disclosure, unsupported numbers or names) and sentences are counted by brute force, the "
        "worst of all examples. Guard exact: how often the overlap kept with a post is the true "
        f"highest, among posts with one of {_ALIKE} or more.\n\n{speed(templates, arguments().runs)}\n\n"
        f"Memory of the guard a draft, at most over all examples (asked: ≤ 2,048): {memory}. "
        f"Loading and compiling all templates: {loaded:.2f} s.\n"
    )
    print(f"\n{TITLE}\n\n{text}")
    if arguments().write:
        keep(TITLE, text)


if __name__ == "__main__":
    main()
