"""Relations: the actual tie of a person to a story or a vacancy.

The first that holds counts, in the order of `Relation`. Each follows from the source and the profiles:
nothing is guessed, and of two people with one name neither is taken for the author.
Titles, initials, accents, hyphens and the small words of Dutch names make no difference: "Dr. J. van
der Veen" is "Joost van der Veen" and "Veen, Joost van der". A nickname is another name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from services.events.incoming import StoryApproved
from services.people.rules.ambassador import Ambassador
from services.people.rules.crafts import folded, name_key
from services.voice.passages import SourceText
from services.voice.vocabulary import NAME_PARTICLES, TITLES
from services.voice.writing.request import Content
from services.voice.writing.subject import author_of, is_that_job, title_of

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = NAME_PARTICLES | {"s", "und", "in"}


@lru_cache(maxsize=20_000)
def _key(name: str) -> tuple[str, tuple[str, ...]]:
    """The first name, or its initial, and what comes after it, small words aside."""
    before, comma, after = name.partition(",")
    words = _WORD.findall(folded(f"{after} {before}" if comma else name).replace("'", ""))
    first, *rest = [*(word for word in words if word not in TITLES), ""]
    return first, tuple(word for word in rest if len(word) > 1 and word not in _SMALL)


def same_name(one: str, other: str) -> bool:
    """Whether both may be one person's; an initial matches every name that begins with it."""
    (first, last), (other_first, other_last) = _key(one), _key(other)
    if not last or last != other_last:
        return False
    short = 1 in {len(first), len(other_first)}
    return first == other_first or (short and first[0] == other_first[0])


@lru_cache(maxsize=20_000)
def spelling(name: str) -> str:
    """``name`` as `plain_words` has it: a text names a person by their full name.

    Empty for a name of one word, which may be anything.
    """
    words = [word for word in _WORD.findall(folded(name)) if word not in TITLES]
    return f" {' '.join(words)} " if len(words) > 1 else ""


def plain_words(text: str) -> str:
    """The words of a text, for `spelling`."""
    return f" {' '.join(_WORD.findall(folded.__wrapped__(text)))} "


@lru_cache(maxsize=20_000)
def own_names(name: str) -> frozenset[str]:
    """The parts of a name that are used alone for its person."""
    words = (word for word in _WORD.findall(folded(name)) if len(word) > 2)
    return frozenset(words) - _SMALL - TITLES


class Relation(StrEnum):
    """``role``: has that very job. ``team``: the author's, or the vacancy's. ``craft``: has the
    author's role. ``colleague``: none of these."""

    AUTHOR = "author"
    NAMED = "named"
    ROLE = "role"
    TEAM = "team"
    CRAFT = "craft"
    COLLEAGUE = "colleague"


#: The relations to each kind of source, in the order in which they are tried.
RELATIONS = {
    "story": (
        Relation.AUTHOR, Relation.NAMED, Relation.TEAM, Relation.CRAFT, Relation.COLLEAGUE,
    ),
    "vacancy": (Relation.ROLE, Relation.TEAM, Relation.COLLEAGUE),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of a source among the colleagues. ``author`` None: unknown, or uncertain for the reason
    in ``doubt``. ``shared`` holds the names of several people (`spelling`)."""

    author: Ambassador | None = None
    doubt: str = ""
    shared: frozenset[str] = frozenset()


def cast_of(content: Content, colleagues: Iterable[Ambassador]) -> Cast:
    """The cast by e-mail address, which is unique; otherwise by name, where only one person has it."""
    everybody = list(colleagues)
    counts = Counter(spelling(person.name) for person in everybody)
    shared = frozenset(name for name, count in counts.items() if name and count > 1)
    if not isinstance(content, StoryApproved):
        return Cast(shared=shared)
    author, doubt = _author_among(content, everybody)
    return Cast(author=author, doubt=doubt, shared=shared)


def _author_among(
    story: StoryApproved, everybody: Sequence[Ambassador]
) -> tuple[Ambassador | None, str]:
    if story.author is None:
        return None, ""
    email = (story.author.email or "").casefold()
    for person in everybody:
        if email and person.email.casefold() == email:
            return person, ""
    found = [person for person in everybody if same_name(story.author.name, person.name)]
    if len(found) == 1:
        return found[0], ""
    return None, f"{len(found)} colleagues are called {story.author.name}" if found else ""


class Standpoint(NamedTuple):
    """A relation, and the ``doubt`` to mention with it."""

    relation: Relation
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The parts of a source that relations depend on, read once: ``text`` in plain words."""

    content: Content
    text: str
    title: str
    author: str
    team: str

    @classmethod
    def of(cls, text: SourceText) -> Scene:
        content = text.content
        return cls(
            content=content,
            text=plain_words("\n".join([content.title, *text.body])),
            title=title_of(content),
            author=author_of(content),
            team="" if isinstance(content, StoryApproved) else content.team or "",
        )

    def speaks_of(self, name: str) -> bool:
        """Whether the text holds this full name."""
        spelled = spelling(name)
        return bool(spelled) and spelled in self.text


def relation_of(
    person: Ambassador, content: Content | Scene, colleagues: Cast | Sequence[Ambassador] = ()
) -> Standpoint:
    """The first relation that holds for this person."""
    scene = content if isinstance(content, Scene) else Scene.of(SourceText(content))
    cast = colleagues
    if not isinstance(cast, Cast):
        cast = cast_of(scene.content, dict.fromkeys([*cast, person]))
    doubt = cast.doubt if same_name(person.name, scene.author) else ""
    order = RELATIONS["story" if isinstance(scene.content, StoryApproved) else "vacancy"]
    holds = next(each for each in order if _holds(each, person, scene, cast))
    return Standpoint(holds, doubt)


def _holds(relation: Relation, person: Ambassador, scene: Scene, cast: Cast) -> bool:
    author = cast.author
    if relation is Relation.AUTHOR:
        return author is not None and author.id == person.id
    if relation is Relation.NAMED:
        return scene.speaks_of(person.name) and spelling(person.name) not in cast.shared
    if relation is Relation.ROLE:
        there = name_key(person.team) == name_key(scene.team)
        return is_that_job(person.role, scene.title, same_team=there)
    if relation is Relation.TEAM:
        team = author.team if author else scene.team
        return bool(person.team) and name_key(person.team) == name_key(team)
    if relation is Relation.CRAFT:
        role = name_key(person.role)
        return author is not None and bool(role) and role == name_key(author.role)
    return True
