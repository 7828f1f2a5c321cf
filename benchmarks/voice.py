"""What the posts are made of, and how fast they come.

``python -m benchmarks.voice [--write] [--runs N]``; the example stories and vacancies, and ten further
sources as organisations write them (`benchmarks/sources`), with and without answers. Every rule is
counted on the finished texts. Speed is processor time of one thread for a decision, a post or a
question; the baseline is what Jinja2 alone needs for a text, measured in the same run.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.bare_jinja import ANCHOR, renders_per_second
from benchmarks.report import arguments, keep, machine
from services.accounts.rules import OURS
from services.events.incoming import StoryApproved, VacancyOpened
from services.identity import ambassador_id, link_code
from services.people.rules.ambassador import Ambassador
from services.people.rules.disclosure import disclosure_in
from services.text.network_text import measure_text
from services.voice import (
    Composer,
    Dealt,
    Draft,
    DraftRequest,
    NoDraft,
    PostTemplates,
    check_supported,
    refusal_of,
)
from services.voice.language.words import akin, content_words, split_sentences
from services.voice.writing.relations import cast_of
from services.voice.writing.subject import content_id

TITLE = "The voice: posts that people would share"
HERE, EXAMPLES = Path(__file__).parent, Path(__file__).parents[1] / "examples"
NETWORKS = ("linkedin", "x")
ORGANISATION = "Zwaan Netbeheer"
Content = StoryApproved | VacancyOpened
#: People asked about each source.
_PEOPLE, _CROWD = 60, 10_000
_LINK = re.compile(r"https?://\S+")
_PLAIN_WORD = re.compile(r"(?m)(?:(?:\w+ ?){1,4}: )?https?://\S+")
_ABOUT_THE_TEXT = re.compile(
    r"\b(?:dit (?:stuk|verhaal|artikel)|hele verhaal|de rest|lees|titel|tekst|opgeschreven|schreef"
    r"|this (?:piece|story|article)|whole story|the rest|read|title|wrote|written)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Tally:
    """What a kind of posts on one network came to, over all sources."""

    asked: int = 0
    posts: int = 0
    passing: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    about_the_text: int = 0
    words: list[int] = field(default_factory=list)
    overlap: list[float] = field(default_factory=list)
    openings: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)


def sources(folder: Path, pattern: str) -> list[Content]:
    found: list[Content] = []
    for path in sorted(folder.glob(pattern)):
        event = json.loads(path.read_text(encoding="utf-8"))
        model = StoryApproved if event["type"] == "story.approved" else VacancyOpened
        found.append(model.model_validate(event["data"]))
    return found


def examples_people(language: str) -> list[dict[str, str]]:
    with (EXAMPLES / "ambassadors.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["language"] == language]


def people_of(content: Content, number: int) -> list[Ambassador]:
    """The author first, then the example organisation's people, and others like them."""
    language = content.language[:2]
    rows = examples_people(language)
    found = list(_crowd(rows, number))
    author = content.author if isinstance(content, StoryApproved) else None
    if author is not None and not any(one.name == author.name for one in found):
        email = author.email or "author@example.org"
        first = dict(rows[0]) | {"email": email, "name": author.name}
        found = [_person(first), *found[:-1]]
    return found


def _crowd(rows: Sequence[dict[str, str]], number: int) -> Iterator[Ambassador]:
    for serial in range(number):
        like = dict(rows[serial % len(rows)])
        if serial >= len(rows):
            other = rows[hashlib.blake2b(str(serial).encode()).digest()[0] % len(rows)]
            like |= {"name": f"Person {serial}", "email": f"p{serial}@example.org"}
            like["region"] = other["region"]
        yield _person(like)


def _person(row: dict[str, str]) -> Ambassador:
    return Ambassador(
        id=ambassador_id(row["email"]),
        email=row["email"],
        name=row["name"],
        language="nl" if row["language"] == "nl" else "en",
        role=row["role"],
        team=row["team"],
        crafts=tuple(filter(None, row["crafts"].split(";"))),
        region=row["region"],
        address_form="u" if row["address_form"] == "u" else "je" if row["address_form"] else "",
        length="short" if row["length"] == "short" else "medium",
    )


def compose(
    composer: Composer,
    content: Content,
    everybody: Sequence[Ambassador],
    network: str,
    answers: dict[str, str],
) -> list[tuple[Ambassador, Draft, str]]:
    dealt, cast = Dealt(), cast_of(content, everybody)
    made: list[tuple[Ambassador, Draft, str]] = []
    for rank, person in enumerate(everybody):
        request = DraftRequest(
            campaign_id=content_id(content),
            content=content,
            ambassador=person,
            network=network,
            rank=rank,
            seed=7,
            wants_text=True,
            link=f"http://127.0.0.1:8000/r/{link_code(person.id + network)}",
            answer=answers.get(person.email, ""),
            cast=cast,
        )
        try:
            draft = composer.compose(request, dealt)
        except NoDraft:
            # Two hundred and eighty characters: they are asked to shorten it.
            request = replace(request, answer="")
            draft = composer.compose(request, dealt)
        dealt.add(person.id, draft)
        made.append((person, draft, request.answer))
    return made


def judge(
    tally: Tally,
    composer: Composer,
    content: Content,
    made: list[tuple[Ambassador, Draft, str]],
    network: str,
) -> None:
    told = [each for each in made if each[1].text]
    tally.asked += len(made)
    tally.posts += len(told)
    if not told:
        return
    if len(told) >= len(NETWORKS) * 10:
        openings = Counter(draft.text.split("\n", 1)[0] for _, draft, _ in told)
        passages = Counter(draft.passage for _, draft, answer in told if not answer)
        even = 1 / max(1, told[0][1].recipe["passage"]["of"] if told[0][1].recipe["passage"] else 1)
        tally.shares.append(
            max(passages.values(), default=0) / len(told) / (max(0.15, even) + 1 / len(told))
        )
        # Two that tell one passage first do so on purpose, and so do those that say who is sought.
        own = [
            count
            for opening, count in openings.items()
            if isinstance(content, StoryApproved)
            and not any(opening in (draft.aside or "") for _, draft, _ in told)
        ]
        tally.openings.append(max(own, default=0) / len(told))
    for person, draft, answer in told:
        broken = list(_broken(tally, composer, content, person, draft, answer, network))
        tally.passing += not broken
        tally.broken.update(broken)
        tally.overlap.append(draft.overlap)


def _broken(  # noqa: PLR0917 - one post and all that it is held against
    tally: Tally,
    composer: Composer,
    content: Content,
    person: Ambassador,
    draft: Draft,
    answer: str,
    network: str,
) -> Iterator[str]:
    text, language = draft.text, draft.language
    request = DraftRequest(
        campaign_id=content_id(content), content=content, ambassador=person, network=network,
        rank=0, seed=7, link="",
    )  # fmt: skip
    held = composer.sources(request)
    profile = (
        person.name, person.role, person.team, person.region, *person.crafts, answer,
    )  # fmt: skip
    stems = content_words(" ".join((*held.texts, *profile)), language)
    disclosure = disclosure_in(text, ORGANISATION)
    # One plain word before the link, "The whole story:", is no sentence.
    prose = [
        sentence
        for line in _PLAIN_WORD.sub("", text).split("\n")
        for sentence in split_sentences(line.strip())
        if re.search(r"\w", sentence)
    ]
    about = [each for each in prose if _ABOUT_THE_TEXT.search(each) and each not in draft.aside]
    tally.sentences += len(prose)
    tally.about_the_text += len(about)
    filler = [
        each
        for each in prose
        if each != disclosure
        and not any(akin(stem, stems) for stem in content_words(each, language))
    ]
    said = {
        stem
        for stem in content_words(text, language)
        if akin(stem, content_words(" ".join(held.texts), language))
    }
    tally.words.append(len(said))
    if text.count("“") > 1:
        yield "more than one quotation"
    if len(filler) > 1:
        yield "more than one interchangeable sentence"
    if not answer and len(said) < (8 if network == "linkedin" else 5):
        yield "few words of the source"
    if draft.overlap > 0.30:
        yield "overlap"
    if check_supported(text, held, profile=profile, language=language):
        yield "unsupported"
    if len(_LINK.findall(text)) != 1:
        yield "not one link"
    if not disclosure or text.count(ORGANISATION) - draft.aside.count(ORGANISATION) != 1:
        yield "not one disclosure"
    if not measure_text(OURS[network], text).valid:
        yield "does not fit"


def rows_of(tally: Tally) -> list[str]:
    def share(part: float, whole: float) -> str:
        return f"{100 * part / whole:.1f} %" if whole else "–"

    return [
        f"{tally.posts} of {tally.asked}",
        share(tally.passing, tally.posts),
        share(tally.about_the_text, tally.sentences),
        f"{statistics.median(tally.words):.0f}" if tally.words else "–",
        f"{max(tally.overlap, default=0):.2f}",
        share(max(tally.openings, default=0), 1),
        f"{max(tally.shares, default=0):.2f}",
        ", ".join(f"{name} {count}" for name, count in tally.broken.most_common(4)) or "–",
    ]


def speed(composer: Composer, content: Content) -> float:
    """Decisions a second for ten thousand people about one source."""
    everybody = people_of(content, _CROWD)
    started = time.process_time()
    compose(composer, content, everybody, "linkedin", {})
    return _CROWD / (time.process_time() - started)


def _answers() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    path = EXAMPLES / "answers.json"
    for each in json.loads(path.read_text(encoding="utf-8")):
        found.setdefault(each.get("source", ""), {})[each["email"]] = each["answer"]
    return found


def main() -> None:
    options = arguments()
    composer = Composer(PostTemplates.load(organisation=ORGANISATION))
    kinds = {
        "examples": sources(EXAMPLES, "*/*.json"),
        "further sources": sources(HERE / "sources", "*.json"),
    }
    answers = _answers()
    table = [
        ["posts", "posts of those asked", "keep every rule", "sentences about the text",
         "words of the source (median)", "highest overlap outside passages", "opening shared by",
         "largest passage share, of what is allowed", "broken"],
    ]  # fmt: skip
    own, owners = 0, 0
    for name, contents in kinds.items():
        for network in NETWORKS:
            for answered in (False, True) if name == "examples" else (False,):
                tally = Tally()
                for content in contents:
                    if refusal_of(content) is not None:
                        continue
                    given = answers.get(content_id(content), {}) if answered else {}
                    if answered and not given:
                        continue
                    everybody = people_of(content, _PEOPLE)
                    made = compose(composer, content, everybody, network, given)
                    if answered:
                        made = [each for each in made if each[2]]
                    judge(tally, composer, content, made, network)
                    # Of those who answered some are asked first what a stranger misses.
                    own_post = set() if answered else {"author", "named", "role"}
                    heroes = [draft for _, draft, _ in made if draft.relation in own_post]
                    owners += len(heroes)
                    own += sum(bool(draft.text) for draft in heroes)
                label = f"{name}, {network}{', answered' if answered else ''}"
                table.append([label, *rows_of(tally)])
    bare = renders_per_second()
    story = kinds["examples"][0]
    fastest = [speed(composer, story) for _ in range(options.runs)]
    lines = [
        f"| {' | '.join(table[0])} |",
        f"|{'---|' * len(table[0])}",
        *(f"| {' | '.join(row)} |" for row in table[1:]),
        "",
        (
            f"Authors, people named and people with that very job who have a post from their own "
            f"standpoint: {own} of {owners}."
        ),
        "",
        (
            f"{_CROWD:,} people, one story: {statistics.median(fastest):,.0f} decisions a second "
            f"(processor time of one thread); bare Jinja2 in the same run {bare:,.0f} renders a second, "
            f"{ANCHOR:,} on the anchor machine."
        ),
    ]
    text = "\n".join(lines)
    print(text)
    if options.write:
        keep(TITLE, f"{machine()}\n\n{text}")


if __name__ == "__main__":
    main()
