"""The example organisation, and crowds of made-up colleagues, for the tests of the voice."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from services.events.incoming import StoryApproved, VacancyOpened
from services.identity import ambassador_id, link_code
from services.people.rules.ambassador import Ambassador
from services.voice import Composer, Dealt, Draft, DraftRequest, PostTemplates
from services.voice.passages import SourceText, find_passages
from services.voice.writing.relations import cast_of

EXAMPLES = Path(__file__).parents[3] / "examples"
Content = StoryApproved | VacancyOpened

_CHOICES: dict[str, dict[str, Sequence[str]]] = {
    "nl": {
        "role": ("monteur", "Netplanner", "wijkverpleegkundige", "HR-adviseur", "tekenaar", ""),
        "team": ("Kabelploeg Oost", "Netplanning", "Storingsdienst", "Veilig Werken", ""),
        "craft": ("kabelwerk", "netplanning", "software", "data", "storingen", ""),
    },
    "en": {
        "role": ("engineer", "Nurse", "planner", "HR adviser", "electrician", ""),
        "team": ("Metering Data", "Grid Planning", "Substations", "Safe Work", ""),
        "craft": ("data", "software", "grid planning", "high voltage", "safety", ""),
    },
}
_REGIONS = ("Twente", "Utrecht", "Zwolle", "Noord-Holland", "")


def example_people() -> list[Ambassador]:
    with (EXAMPLES / "ambassadors.csv").open(encoding="utf-8") as file:
        return [_person(row) for row in csv.DictReader(file)]


def _person(row: dict[str, str]) -> Ambassador:
    fields: dict[str, Any] = row | {
        "id": ambassador_id(row["email"]),
        "crafts": tuple(filter(None, row["crafts"].split(";"))),
        "emoji": int(row["emoji"]),
        "since": int(row["since"]),
    }
    return Ambassador(**fields)


@cache
def shipped_templates() -> PostTemplates:
    """Read once a process, because compiling them takes a while."""
    return PostTemplates.load()


@cache
def example_content() -> dict[str, Content]:
    found: dict[str, Content] = {}
    for path in sorted(EXAMPLES.glob("*/*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        model = StoryApproved if event["type"] == "story.approved" else VacancyOpened
        found[path.stem] = model.model_validate(event["data"])
    return found


def told_of_us(name: str) -> Content:
    """An example with passages that every colleague may tell."""
    told = (
        "In mei kreeg onze ploeg in Hengelo drie nieuwe bussen met een kraan erop.",
        "Sinds juni tellen onze monteurs elke vrijdag de moffen in het magazijn van Zwolle.",
        "Op 3 oktober reed onze oudste bus met 412.000 kilometer voor het laatst de poort uit.",
        "Elke woensdag leest onze wacht in Enschede 61 meterkasten uit, te voet en met een lamp.",
        "In het voorjaar plantte onze buitendienst 140 knotwilgen langs de vaart bij Almelo.",
    )
    return example_content()[name].model_copy(update={"passages": told})


def crowd(number: int, language: str) -> Iterator[Ambassador]:
    """People who differ in everything, the same ones on every run."""
    choices = _CHOICES[language]
    for serial in range(number):
        digest = hashlib.blake2b(f"{language}{serial}".encode(), digest_size=8).digest()
        craft = choices["craft"][digest[2] % len(choices["craft"])]
        yield Ambassador(
            id=f"{language}-{serial}",
            email=f"{language}{serial}@example.org",
            name=f"Person {serial}",
            language="nl" if language == "nl" else "en",
            role=choices["role"][digest[0] % len(choices["role"])],
            team=choices["team"][digest[1] % len(choices["team"])],
            crafts=(craft,) if craft else (),
            region=_REGIONS[digest[3] % len(_REGIONS)],
            address_form=("je", "je", "u")[digest[4] % 3] if language == "nl" else "",
            emoji=digest[5] % 3,
            length=("short", "medium", "long")[digest[6] % 3],
            since=1985 + digest[7] % 40 if digest[7] % 5 else None,
        )


def longest_told(content: Content) -> str:
    """The longest passage that no one in particular says."""
    told = [
        each.text
        for each in find_passages(SourceText(content)).chosen
        if each.narrator == "neutral"
    ]
    return max(told, key=len)


def speaks_of(passage: str) -> str:
    """An answer with two words of a passage, so that this belongs beside it."""
    first, second = sorted(re.findall(r"\w+", passage), key=len)[-2:]
    return f"Zelf zag ik {first} en {second}."


def link_of(person: Ambassador, network: str) -> str:
    return f"http://127.0.0.1:8000/r/{link_code(person.id + network)}"


def request(
    content: Content, person: Ambassador, *, network: str = "linkedin", **changes: Any
) -> DraftRequest:
    fields: dict[str, Any] = {
        "campaign_id": "campaign-1",
        "rank": 0,
        "seed": 7,
        "link": link_of(person, network),
        "wants_text": True,
    }
    return DraftRequest(content=content, ambassador=person, network=network, **fields | changes)


def compose_all(
    composer: Composer,
    content: Content,
    people: Sequence[Ambassador],
    networks: Sequence[str] = ("linkedin", "x"),
    *,
    colleagues: Sequence[Ambassador] = (),
) -> list[tuple[Ambassador, Draft]]:
    """All drafts of one campaign, those without a text too."""
    dealt = Dealt()
    cast = cast_of(content, [*people, *colleagues])
    drafts: list[tuple[Ambassador, Draft]] = []
    for rank, person in enumerate(people):
        for network in networks:
            wanted = request(content, person, network=network, rank=rank, cast=cast)
            draft = composer.compose(wanted, dealt)
            dealt.add(f"{person.id}-{network}", draft)
            drafts.append((person, draft))
    return drafts
