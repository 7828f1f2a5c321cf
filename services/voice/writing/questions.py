"""The question beside a draft, by the person's relation and the subject.

It is about the passage's own noun for people close to a story; for others, and where the noun is
uncertain, about the title. The wording is in `templates/posts/questions`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from services.voice.checking.unclear import Unclear
from services.voice.language.words import bare_words
from services.voice.passages import Passage
from services.voice.writing.relations import Relation

#: "[je|u]": the familiar and the polite form.
_FORMS = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")


@lru_cache(maxsize=4096)
def questions_of(
    language: str,
    kind: str,
    relation: Relation,
    passage: Passage | None,
    *,
    title: str = "",
    polite: bool = False,
) -> tuple[str, ...]:
    """Three questions, the first to be shown."""
    asked = _asked(language)
    near = kind == "story" and relation is not Relation.COLLEAGUE
    thing = passage.noun if near and passage is not None else ""
    thing = thing or (f"“{title}”" if title else "")
    said = [_addressed(each, polite=polite) for each in asked[kind][relation]]
    if not thing:
        return tuple(f"{each[:1].upper()}{each[1:]}" for each in said)
    about = asked["about"].format(thing)
    return tuple(about + each for each in said)


def opening_of(
    language: str, kind: str, employer: str, relation: Relation, a_job: str, *, polite: bool = False
) -> str:
    """The request before the question: for the first sentence of the post."""
    asked = _asked(language)["opening"]
    own = kind == "vacancy" and relation is Relation.ROLE
    said = asked["role" if own else kind].format(employer=employer, a_job=a_job or asked["a_job"])
    return _addressed(said, polite=polite)


def questions_about(unclear: Sequence[Unclear], language: str, *, polite: bool = False) -> str:
    """The questions of a stranger about an answer, and what to do about them."""
    asked = _asked(language)["unclear"]
    said = [asked[each.kind].format(each.words) for each in unclear]
    return _addressed(" ".join([*said, asked["then"]]), polite=polite)


def words_asked(language: str) -> frozenset[str]:
    """Every word of these questions."""
    asked = _asked(language)
    every = [
        each for kind in ("story", "vacancy") for some in asked[kind].values() for each in some
    ]
    both = " ".join(every)
    return frozenset(
        bare_words(f"{_addressed(both, polite=False)} {_addressed(both, polite=True)}")
    )


def _addressed(text: str, *, polite: bool) -> str:
    return _FORMS.sub(r"\2" if polite else r"\1", text)


@cache
def _asked(language: str) -> dict[str, Any]:
    folder = resources.files("templates").joinpath("posts", "questions")
    return tomllib.loads(folder.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
