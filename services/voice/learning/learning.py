"""What a person's edits tell about their voice: it counts once they did the same in two posts.

Nothing is learnt from a single edit, because it may be about that text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal, get_args

from services.people.rules.ambassador import Ambassador, Length
from services.voice.language.words import words_of

Habit = Literal["hashtags", "length", "word"]
HABITS: tuple[Habit, ...] = get_args(Habit)

#: In so many posts the same has to happen before it changes the next draft.
TWICE = 2
_LINK = re.compile(r"https?://\S+")
_HASHTAG = re.compile(r"(?<![\w&/])#\w*[^\W\d]\w*")
#: A text this short is not made shorter out of habit.
_FEWEST_WORDS = 40
#: Longer runs are rewritten sentences, and say nothing about single words.
_LONGEST_RUN, _SHORTEST_WORD, _MOST_WORDS = 2, 5, 5
_LENGTHS: tuple[Length, ...] = get_args(Length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that an edit did. ``most`` is how many hashtags it left; ``word`` is the word that
    it took out."""

    habit: Habit
    most: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An observation and the post that it was made in."""

    observation: Observation
    post_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learnt, and when it was seen. ``most`` as above; of a length, the steps shorter."""

    habit: Habit
    word: str
    most: int
    dates: tuple[datetime, ...]


def observe(original: str, final: str) -> list[Observation]:
    """What was removed, replaced or shortened between a draft and the text that was approved."""
    found: list[Observation] = []
    before, after = (len(_HASHTAG.findall(_LINK.sub(" ", each))) for each in (original, final))
    if after < before:
        found.append(Observation(habit="hashtags", most=after))
    old, new = words_of(original), words_of(final)
    if len(old) >= _FEWEST_WORDS and 3 * len(new) <= 2 * len(old):
        found.append(Observation(habit="length"))
    return found + [Observation(habit="word", word=word) for word in _taken_out(old, new)]


def learn(seen: Iterable[Seen]) -> tuple[Lesson, ...]:
    """What holds in two posts or more, in the order of `HABITS`."""
    by_subject: dict[tuple[Habit, str], dict[str, Seen]] = {}
    for each in seen:
        subject = (each.observation.habit, each.observation.word)
        by_subject.setdefault(subject, {})[each.post_id] = each
    lessons = [
        Lesson(
            habit=habit,
            word=word,
            # None in one post and one in another agree on one.
            most=len(posts) // TWICE
            if habit == "length"
            else sorted(each.observation.most for each in posts.values())[TWICE - 1],
            dates=tuple(sorted(each.at for each in posts.values())),
        )
        for (habit, word), posts in by_subject.items()
        # An older release learnt more.
        if len(posts) >= TWICE and habit in HABITS
    ]
    return tuple(sorted(lessons, key=lambda lesson: (HABITS.index(lesson.habit), lesson.word)))


def apply_lessons(person: Ambassador, lessons: Iterable[Lesson]) -> Ambassador:
    """The profile with what was learnt; a lesson only ever makes a text quieter or shorter."""
    for lesson in lessons:
        match lesson.habit:
            case "hashtags":
                person = replace(person, hashtags=min(person.hashtags, lesson.most))
            case "length":
                place = max(0, _LENGTHS.index(person.length) - lesson.most)
                person = replace(person, length=_LENGTHS[place])
            case "word":
                words = dict.fromkeys((*person.avoid, lesson.word))
                person = replace(person, avoid=tuple(words))
    return person


def _taken_out(old: list[str], new: list[str]) -> list[str]:
    """Words removed from a sentence that stayed, and absent from the whole text."""
    kept = set(new)
    taken: dict[str, None] = {}
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind not in ("replace", "delete") or end - start > _LONGEST_RUN:
            continue
        for word in old[start:end]:
            if len(word) >= _SHORTEST_WORD and word.isalpha() and word not in kept:
                taken[word] = None
    return list(taken)[:_MOST_WORDS]
