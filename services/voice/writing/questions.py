"""The question beside a draft: made of who is asked and what the passage speaks of.

Each has the passage's own noun in it. Where none is safe the passage's first sentence stands before
it, so that nobody has to guess what is meant. They are written in `templates/posts/questions`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from services.voice.answers.unclear import Unclear
from services.voice.checking.statements import bare_words
from services.voice.language.sentences import split_sentences
from services.voice.passages import Passage
from services.voice.writing.relations import Relation

_WITHOUT = {"nl": "Over “{}”: ", "en": "About “{}”: "}
#: A longer sentence before a question is not read.
_LONGEST = 140


def questions_of(
    language: str, kind: str, relation: Relation, passage: Passage | None, *, title: str = ""
) -> tuple[str, ...]:
    """Three questions, the first to be shown; without a passage they are about the ``title``."""
    asked = _asked(language)[kind][relation]
    if passage is not None and passage.noun:
        return tuple(about.format(passage.noun) for about, _ in asked)
    before = _WITHOUT[language].format(title) if title else ""
    if passage is not None:
        first = split_sentences(passage.text)[0]
        before = f"“{first}” " if len(first) <= _LONGEST else before
    return tuple(before + then for _, then in asked)


def question_about(unclear: Sequence[Unclear], language: str) -> str:
    """What a stranger would ask about an answer, in one go, and why it is asked."""
    asked = _unclear(language)
    words: dict[str, list[str]] = {}
    for each in unclear:
        words.setdefault(each.kind, []).append(f"“{each.words}”")
    said = [asked[kind].format(_listed(some, asked["and"])) for kind, some in words.items()]
    return " ".join([*said, asked["why"]])


def _listed(some: Sequence[str], last: str) -> str:
    return last.join([", ".join(some[:-1]), some[-1]]) if some[1:] else some[0]


def words_asked(language: str) -> frozenset[str]:
    """Every word of these questions."""
    asked = (
        each for kind in _asked(language).values() for pairs in kind.values() for each in pairs
    )
    return frozenset(bare_words(" ".join(text for pair in asked for text in pair)))


@cache
def _unclear(language: str) -> dict[str, str]:
    folder = resources.files("templates").joinpath("posts", "questions")
    return tomllib.loads(folder.joinpath(f"unclear.{language}.toml").read_text(encoding="utf-8"))


@cache
def _asked(language: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By kind and relation: about a thing, and about what stands before."""
    folder = resources.files("templates").joinpath("posts", "questions")
    return tomllib.loads(folder.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
