"""Relations: from where somebody may speak of a story or a vacancy, because it is so.

The first that holds, in the order of `Relation`. Each rests on what the source and the profiles say:
nothing is guessed, and of two people with one name neither is taken for the author.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.domain.ambassador import Ambassador
from services.domain.audience.crafts import craft_key, name_key
from services.domain.voice.names import namesakes, plain_words, same_name, spelling
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.request import Content
from services.domain.voice.subject import author_of, title_of
from services.events.incoming import StoryApproved


class Relation(StrEnum):
    """``role``: has that very job. ``team``: the author's, the vacancy's, or one that the story
    names. ``craft`` and ``place``: shared with the source. ``knows_author``: its author is known to be
    a colleague. ``colleague``: none of these."""

    AUTHOR = "author"
    NAMED = "named"
    ROLE = "role"
    TEAM = "team"
    CRAFT = "craft"
    PLACE = "place"
    KNOWS_AUTHOR = "knows_author"
    COLLEAGUE = "colleague"


#: The relations to each kind of source, in the order in which they are tried.
RELATIONS = {
    "story": (
        Relation.AUTHOR, Relation.NAMED, Relation.TEAM, Relation.CRAFT, Relation.PLACE,
        Relation.KNOWS_AUTHOR, Relation.COLLEAGUE,
    ),
    "vacancy": (
        Relation.ROLE, Relation.TEAM, Relation.CRAFT, Relation.PLACE, Relation.COLLEAGUE,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who a source's people are among the colleagues. ``author`` None: not known, or ``doubt`` says
    why it cannot be told. ``shared`` holds names that several colleagues have (`spelling`)."""

    author: Ambassador | None = None
    doubt: str = ""
    shared: frozenset[str] = frozenset()


def cast_of(content: Content, colleagues: Iterable[Ambassador]) -> Cast:
    """By e-mail address, which one person has; otherwise by name, when only one has it."""
    everybody = list(colleagues)
    counts: dict[str, int] = {}
    for person in everybody:
        counts[spelling(person.name)] = counts.get(spelling(person.name), 0) + 1
    shared = frozenset(name for name, count in counts.items() if name and count > 1)
    if not isinstance(content, StoryApproved) or content.author is None:
        return Cast(shared=shared)
    email = (content.author.email or "").casefold()
    for person in everybody:
        if email and person.email.casefold() == email:
            return Cast(author=person, shared=shared)
    found = namesakes(content.author.name, everybody)
    if len(found) == 1:
        return Cast(author=found[0], shared=shared)
    doubt = f"{len(found)} colleagues are called {content.author.name}" if found else ""
    return Cast(doubt=doubt, shared=shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """A relation with the craft and the place that are shared; ``doubt`` told with it."""

    relation: Relation
    craft: str = ""
    place: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What of a source relations look at, read once. ``crafts`` are keys; texts are plain words."""

    content: Content
    text: str
    crafts: frozenset[str]
    title: str
    author: str
    team: str
    location: str

    @classmethod
    def of(cls, content: Content) -> Scene:
        if isinstance(content, StoryApproved):
            body, crafts, team, location = content.body, content.topics, "", ""
        else:
            body, crafts = content.description, content.crafts
            team, location = content.team or "", content.location or ""
        return cls(
            content=content,
            text=plain_words("\n".join([content.title, *paragraphs(body)])),
            crafts=frozenset(map(craft_key, crafts)) - {""},
            title=name_key(title_of(content)),
            author=author_of(content),
            team=name_key(team),
            location=plain_words(location),
        )

    @property
    def is_story(self) -> bool:
        return isinstance(self.content, StoryApproved)

    def speaks_of(self, name: str) -> bool:
        """Whether the text holds somebody's full name."""
        spelled = spelling(name)
        return bool(spelled) and spelled in self.text

    def names(self, phrase: str) -> bool:
        """Whether the text (of a vacancy: its location) holds this name of a team or place."""
        words = _plain(phrase)
        return len(words) > _SHORTEST and words in (self.text if self.is_story else self.location)


#: With its blanks: a place of two letters is found in too many texts.
_SHORTEST = 4


@lru_cache(maxsize=20_000)
def _plain(phrase: str) -> str:
    return plain_words(phrase)


def relation_of(
    person: Ambassador, content: Content | Scene, colleagues: Cast | Sequence[Ambassador] = ()
) -> Standpoint:
    """Why this person: the first relation that holds, with what is shared."""
    scene = content if isinstance(content, Scene) else Scene.of(content)
    cast = (
        colleagues
        if isinstance(colleagues, Cast)
        else cast_of(scene.content, [*colleagues, *(() if person in colleagues else (person,))])
    )
    craft = next((each for each in person.crafts if craft_key(each) in scene.crafts), "")
    place = person.region if person.region and scene.names(person.region) else ""
    doubt = cast.doubt if cast.doubt and same_name(person.name, scene.author) else ""
    order = RELATIONS["story" if scene.is_story else "vacancy"]
    holds = next(
        each for each in order if _holds(each, person, scene, cast, craft=craft, place=place)
    )
    return Standpoint(relation=holds, craft=craft, place=place, doubt=doubt)


def _holds(
    relation: Relation, person: Ambassador, scene: Scene, cast: Cast, *, craft: str, place: str
) -> bool:
    author = cast.author
    if relation is Relation.AUTHOR:
        return author is not None and author.id == person.id
    if relation is Relation.NAMED:
        return scene.speaks_of(person.name) and spelling(person.name) not in cast.shared
    if relation is Relation.ROLE:
        return bool(person.role) and name_key(person.role) == scene.title
    if relation is Relation.TEAM:
        return bool(person.team) and _same_team(person, scene, author)
    if relation is Relation.CRAFT:
        return bool(craft)
    if relation is Relation.PLACE:
        return bool(place)
    if relation is Relation.KNOWS_AUTHOR:
        return author is not None
    return True


def _same_team(person: Ambassador, scene: Scene, author: Ambassador | None) -> bool:
    team = name_key(person.team)
    if not scene.is_story:
        return bool(team) and team == scene.team
    if author is not None and team == name_key(author.team):
        return True
    # One word may be anything: "Data", "Stations".
    return len(person.team.split()) > 1 and scene.names(person.team)
