"""How well a person fits a story or vacancy, by craft, place and interests, with the reason in words.

Colleagues know the craft: a vacancy goes to those who share its craft, team or place; a story to its
author and to those whose craft, role, team, place or topic it touches. People with only the language
in common are asked last (product.md, point 4), and people who cannot write about a story are not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.events.incoming import StoryApproved, VacancyOpened
from services.language import Language, primary_language, traits_of
from services.people.rules.ambassador import Ambassador
from services.people.rules.crafts import craft_key, folded, name_key


class Ground(StrEnum):
    #: The story is the person's own.
    AUTHOR = "author"
    CRAFT = "craft"
    TEAM = "team"
    REGION = "region"
    #: The person said that they want to share about this.
    TOPIC = "topic"
    #: The story's text names the person's craft, team or place.
    MENTION = "mention"
    #: The person writes in this language, and nothing else is in common.
    LANGUAGE = "language"
    #: The person shared about this before. Theirs to know: managers are not shown it.
    INTEREST = "interest"
    #: Somebody put the person on the list by hand.
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground, and what it is about: names of crafts, a team, a place, topics, who added."""

    ground: Ground
    about: tuple[str, ...] = ()


#: More names than this say nothing more to a reader.
_NAMED = 3


def in_words(reasons: Sequence[Reason], language: Language) -> str:
    """The reasons as the person asked reads them; never empty where there are any."""
    words = traits_of(language).grounds
    return "; ".join(
        words[reason.ground].format(", ".join(reason.about[:_NAMED])) for reason in reasons
    )


Content = StoryApproved | VacancyOpened


def source_of(content: Content) -> tuple[str, str]:
    """``story`` or ``vacancy``, and the id that its own system gave it."""
    if isinstance(content, VacancyOpened):
        return "vacancy", content.vacancy_id
    return "story", content.story_id


#: Points. Craft counts most, but for one's own story: it is what makes a colleague's word worth
#: something (product.md, point 4).
AUTHOR, CRAFT, TEAM, TOPIC, REGION, MENTION = 120, 80, 60, 50, 40, 40
#: For somebody who writes in the language of the content; others share a vacancy in their own.
LANGUAGE = 20
#: Points for a second and a third craft in common.
MORE_CRAFTS, MORE_COUNT = 5, 2
#: A shorter name than this is no mention: it may be a word like any other.
_MENTIONED = 4
#: Characters of a story that are read for what it mentions.
_READ = 100_000


class Strength(StrEnum):
    """A score in words, from the fit alone: independent of a person's earlier decisions."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``fit`` in points, always above 0, with at least one reason."""

    fit: int
    reasons: tuple[Reason, ...]


def match(content: Content, person: Ambassador) -> Match | None:
    """Why ``person`` fits ``content``; None when nothing speaks for it."""
    return seek(content).match(person)


def strength(fit: int) -> Strength:
    """Strong: the craft and something more. Good: the craft, the team, or two lesser grounds."""
    if fit >= STRONG_FROM:
        return Strength.STRONG
    return Strength.GOOD if fit >= GOOD_FROM else Strength.POSSIBLE


STRONG_FROM, GOOD_FROM = CRAFT + REGION, TEAM


def topics_in_common(content: Content, topics: Iterable[str]) -> tuple[str, ...]:
    """Those of ``content``'s topics or crafts that are also among ``topics``."""
    others = {craft_key(topic) for topic in topics} - {""}
    own = content.crafts if isinstance(content, VacancyOpened) else content.topics
    return tuple(topic for topic in own if craft_key(topic) in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a story or vacancy looks for in a person, read once for everybody.

    ``topics`` are its crafts or topics, ``place`` where a vacancy is, ``author`` the address of who
    wrote a story and ``text`` what it says. A story needs its language, a vacancy does not.
    """

    topics: frozenset[str]
    teams: frozenset[str]
    places: frozenset[str]
    place: str
    language: str
    needs_language: bool
    author: str = ""
    text: str = ""
    folded_text: str = ""

    def match(self, person: Ambassador) -> Match | None:
        writes_it = self.language in (person.language, *person.other_languages)
        if self.needs_language and not writes_it:
            return None
        reasons = [*self._reasons(person)]
        fit = sum(_points(reason) for reason in reasons) + (LANGUAGE if writes_it else 0)
        if writes_it and not reasons:
            reasons.append(Reason(ground=Ground.LANGUAGE))
        if not reasons:
            return None
        return Match(fit=fit, reasons=tuple(reasons))

    def _reasons(self, person: Ambassador) -> Iterable[Reason]:
        if self.author and person.email.casefold() == self.author:
            yield Reason(ground=Ground.AUTHOR)
        crafts = self._crafts_of(person)
        if crafts:
            yield Reason(ground=Ground.CRAFT, about=crafts)
        team = bool(person.team) and name_key(person.team) in self.teams
        if team:
            yield Reason(ground=Ground.TEAM, about=(person.team,))
        region = self._is_near(person.region)
        if region:
            yield Reason(ground=Ground.REGION, about=(person.region,))
        topics = tuple(name for name in person.topics if craft_key(name) in self.topics)
        if topics:
            yield Reason(ground=Ground.TOPIC, about=topics)
        mentioned = self._mentioned(person, craft=not crafts, team=not team, region=not region)
        if mentioned:
            yield Reason(ground=Ground.MENTION, about=mentioned)

    def _crafts_of(self, person: Ambassador) -> tuple[str, ...]:
        """The crafts in common as the person writes them, each once; else a role that is one."""
        shared = {key: name for name in person.crafts if (key := craft_key(name)) in self.topics}
        if not shared and person.role and craft_key(person.role) in self.topics:
            return (person.role,)
        return tuple(shared.values())

    def _is_near(self, region: str) -> bool:
        if not region:
            return False
        if self.place and _occurs_in(folded(region), self.place):
            return True
        return name_key(region) in self.places

    def _mentioned(
        self, person: Ambassador, *, craft: bool, team: bool, region: bool
    ) -> tuple[str, ...]:
        """What the text names of a person: a craft in any case, a team and a place as written."""
        if not self.text:
            return ()
        found = [name for name in person.crafts if craft and self._speaks_of(name)]
        names = [(team, person.team), (region, person.region)]
        found += [
            name
            for wanted, name in names
            if wanted and len(name) >= _MENTIONED and _occurs_in(name, self.text)
        ]
        return tuple(dict.fromkeys(found))

    def _speaks_of(self, craft: str) -> bool:
        return len(craft) >= _MENTIONED and _occurs_in(folded(craft), self.folded_text)


def _points(reason: Reason) -> int:
    points = {
        Ground.AUTHOR: AUTHOR,
        Ground.CRAFT: CRAFT,
        Ground.TEAM: TEAM,
        Ground.TOPIC: TOPIC,
        Ground.REGION: REGION,
        Ground.MENTION: MENTION,
    }[reason.ground]
    more = reason.about[1:] if reason.ground is Ground.CRAFT else ()
    return points + MORE_CRAFTS * min(len(more), MORE_COUNT)


def seek(content: Content) -> Sought:
    """What ``content`` looks for, to be matched with many people."""
    language = primary_language(content.language)
    if isinstance(content, VacancyOpened):
        return Sought(
            topics=_keys(content.crafts),
            teams=_names([content.team or ""]),
            places=frozenset(),
            place=folded(content.location or ""),
            language=language,
            needs_language=False,
        )
    text = f"{content.title}\n{content.body[:_READ]}"
    # A story's topics may be crafts, roles, teams or places.
    return Sought(
        topics=_keys(content.topics),
        teams=_names(content.topics),
        places=_names(content.topics),
        place="",
        language=language,
        needs_language=True,
        author=((content.author and content.author.email) or "").casefold(),
        text=text,
        folded_text=folded(text),
    )


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset({craft_key(name) for name in names} - {""})


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset({name_key(name) for name in names} - {""})


def _occurs_in(name: str, text: str) -> bool:
    """Return whether ``name`` occurs in ``text`` as a whole word: Ede is not in "Nederland"."""
    start = text.find(name) if name else -1
    while start >= 0:
        end = start + len(name)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        start = text.find(name, end)
    return False
