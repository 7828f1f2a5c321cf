"""One's voice profile: read it, set it by hand, undo what was learnt, take it along, delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.voice.learning.learning import Habit, Lesson, apply_lessons, learn
from services.voice.store import own_words, voice_profiles
from services.voice.store.own_words import OwnAnswer

#: What a person decides about themselves; name, address and time zone are the organisation's.
OWN_FIELDS = tuple(
    field.name
    for field in fields(Ambassador)
    if field.name not in ("id", "email", "name", "timezone", "emoji")
)

#: Setting one of these by hand ends what was learnt about it.
_HABITS: Mapping[str, Habit] = {"hashtags": "hashtags", "length": "length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceProfile:
    """``person`` as their next text is written: imported, set by hand, and learnt."""

    person: Ambassador
    by_hand: Mapping[str, Any]
    lessons: Sequence[Lesson]
    answers: Sequence[OwnAnswer]


async def taught(
    transaction: Transaction, everybody: Mapping[str, Ambassador]
) -> dict[str, Ambassador]:
    """These people as their edits have taught us to write for them."""
    seen = await voice_profiles.observations(transaction, list(everybody))
    return dict(everybody) | {
        identity: apply_lessons(everybody[identity], learn(shown))
        for identity, shown in seen.items()
    }


async def read(transaction: Transaction, ambassador_id: str) -> VoiceProfile:
    """Raises Rejected for a person who is no ambassador."""
    found = await people.ambassadors_by_id(transaction, [ambassador_id])
    if ambassador_id not in found:
        raise Rejected(
            message("person.no-ambassador", "you are not an ambassador yet"),
            remedy=message("do.tell-administrator", "Tell your administrator."),
        )
    seen = await voice_profiles.observations(transaction, [ambassador_id])
    lessons = learn(seen.get(ambassador_id, ()))
    return VoiceProfile(
        person=apply_lessons(found[ambassador_id], lessons),
        by_hand=await voice_profiles.settings(transaction, ambassador_id),
        lessons=lessons,
        answers=await own_words.answers_of(transaction, ambassador_id),
    )


async def save(
    transaction: Transaction, ambassador_id: str, wanted: Mapping[str, Any], *, now: datetime
) -> None:
    """Set fields of `OWN_FIELDS` by hand; only those that differ from the profile are remembered.

    What is set by hand is as wanted from now on, in place of what was learnt.
    """
    profile = await read(transaction, ambassador_id)
    changed = {
        name: value for name, value in wanted.items() if value != getattr(profile.person, name)
    }
    if not changed:
        return
    unlearnt = [(habit, "") for name, habit in _HABITS.items() if name in changed]
    if "avoid" in changed:
        learnt = {lesson.word for lesson in profile.lessons if lesson.habit == "word"}
        unlearnt += [("word", word) for word in learnt - set(changed["avoid"])]
        changed["avoid"] = tuple(word for word in changed["avoid"] if word not in learnt)
    stored = {**profile.by_hand, **to_jsonable_python(changed)}
    await voice_profiles.save(transaction, ambassador_id, stored, now=now)
    for habit, word in sorted(unlearnt):
        await voice_profiles.forget(transaction, ambassador_id, habit, word)
    await record(
        transaction,
        "voice.changed",
        ambassador_id,
        actor=ambassador_id,
        now=now,
        fields=sorted(changed),
    )


async def undo(
    transaction: Transaction, ambassador_id: str, habit: Habit, word: str, *, now: datetime
) -> None:
    """Unlearn one habit; it has to show twice again."""
    await voice_profiles.forget(transaction, ambassador_id, habit, word)
    await record(
        transaction, "voice.unlearnt", ambassador_id, actor=ambassador_id, now=now, habit=habit
    )


async def delete(transaction: Transaction, ambassador_id: str, *, now: datetime) -> None:
    """Forget all that was set by hand, learnt and answered. Texts stay as they are."""
    await voice_profiles.delete(transaction, ambassador_id)
    await own_words.forget_answers(transaction, ambassador_id)
    await record(transaction, "voice.deleted", ambassador_id, actor=ambassador_id, now=now)


def export(profile: VoiceProfile) -> dict[str, Any]:
    """The whole profile, JSON-ready: what holds, what was set by hand, learnt and answered."""
    return {
        "voice": {name: getattr(profile.person, name) for name in OWN_FIELDS},
        "set_by_hand": dict(profile.by_hand),
        "learnt": [
            {name: value for name, value in asdict(lesson).items() if name != "dates"}
            | {"seen_at": [moment.isoformat() for moment in lesson.dates]}
            for lesson in profile.lessons
        ],
        "answers": [
            asdict(answer) | {"answered_at": answer.answered_at.isoformat()}
            for answer in profile.answers
        ],
    }
