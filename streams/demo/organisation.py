"""The example organisation: people, stories and vacancies from ``examples/``, and the stories' images,
served by the demo itself so that they need no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from services.errors import Stop
from services.identity import ambassador_id
from services.language import FIRST
from services.message import message
from services.people.import_ambassadors import read_ambassadors
from services.people.rules.ambassador import Ambassador
from services.people.store.people import Person

ORGANISATION = "Zwaan Netbeheer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """``you`` is the ambassador whose decisions are left to the visitor of the demo; ``images``
    is the folder with those of the stories, ``answers`` what people say when they are asked, by
    person and by the id of the story or vacancy; ``declines`` reasons to decline, by language."""

    people: Sequence[Ambassador]
    you: Ambassador
    staff: Sequence[Person]
    events: Sequence[dict[str, Any]]
    images: Path
    answers: Mapping[tuple[str, str], str]
    declines: Mapping[str, Sequence[str]]


def load_example(ambassadors: int | None) -> Example:
    """The people of ``examples/ambassadors.csv``, cut or multiplied to ``ambassadors``."""
    folder = _folder()
    people = list(read_ambassadors((folder / "ambassadors.csv").read_bytes()).ambassadors)
    you = people[0]
    if ambassadors is not None:
        people = people[:ambassadors] + _more(people, ambassadors - len(people))
    events = [
        json.loads(path.read_bytes())
        for kind in ("stories", "vacancies")
        for path in sorted((folder / kind).glob("*.json"))
    ]
    staff = [
        _person("rik@example.org", "Rik Recruiter", "recruiter"),
        _person("mies@example.org", "Mies Marketing", "marketing"),
        _person("ada@example.org", "Ada Administrator", "administrator"),
    ]
    answers = {
        (ambassador_id(each["email"]), each["source"]): each["answer"]
        for each in json.loads((folder / "answers.json").read_bytes())
    }
    return Example(
        people=people,
        you=you,
        staff=staff,
        events=events,
        images=folder / "images",
        answers=answers,
        declines=json.loads((folder / "declines.json").read_bytes()),
    )


def _folder() -> Path:
    # Beside the packages, in a checkout and in an installed wheel.
    folder = Path(str(resources.files("streams"))).parent / "examples"
    if folder.is_dir():
        return folder
    raise Stop(
        message(
            "examples.missing", "the examples are missing from this installation; install it again"
        )
    )


def _more(people: Sequence[Ambassador], number: int) -> list[Ambassador]:
    """Further people who work as the examples do, under names of their own."""
    given, family = map(_names, ("given_names", "family_names"))
    fresh: list[Ambassador] = []
    for serial, (last, first) in enumerate(product(family, given)):
        if len(fresh) >= number:
            break
        fresh.append(_colleague(people[serial % len(people)], f"{first} {last}", serial))
    for serial in range(len(fresh), number):
        name = f"{given[serial % len(given)]} {family[serial % len(family)]} {serial}"
        fresh.append(_colleague(people[serial % len(people)], name, serial))
    return fresh


def _names(file: str) -> list[str]:
    return (_folder() / f"{file}.txt").read_text(encoding="utf-8").split()


def _colleague(like: Ambassador, name: str, serial: int) -> Ambassador:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    since = None if like.since is None else 1990 + (like.since + serial) % 35
    return replace(like, id=ambassador_id(email), email=email, name=name, since=since)


def _person(email: str, name: str, role: str) -> Person:
    return Person(
        id=ambassador_id(email), email=email, name=name, language=FIRST, roles=frozenset({role})
    )


#: Where the stories say that they are, and where a demo has them.
_PUBLIC = "https://www.zwaan.example/images"
_PATH = "/example-images"


def image_base(local_url: str) -> str:
    """The base address of the images in a demo at this address."""
    return local_url + _PATH


def beside_images(pages: ASGIApp, folder: Path) -> ASGIApp:
    """The pages, with the images in ``folder`` on their own path beside them."""
    images = Mount(_PATH, StaticFiles(directory=folder))
    return Router([images], default=pages, redirect_slashes=False)


def with_images_at(event: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The event, with the addresses of its images as they are in this demo."""
    data = event["data"]
    moved = [
        {**image, "url": image["url"].replace(_PUBLIC, base, 1)} for image in data.get("images", ())
    ]
    return {**event, "data": {**data, "images": moved}} if moved else dict(event)
