"""What somebody who knows nothing of a story or a vacancy does not understand of an answer about it.

An answer is typed by somebody who has the question and the text before them: "those boxes", "ze", "I'm one
of the two". As the opening of a post it is read by people who have seen neither. The first thing that
they would ask is found by its words; where nothing is found, the answer may open a post.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.language import Language
from services.voice.answers.names import Names
from services.voice.answers.references import References
from services.voice.answers.replies import Replies
from services.voice.answers.told import Found, Kind, Told, as_typed

#: Nobody answers more at once.
_MOST = 3
#: Fewer words tell nothing.
_LEAST = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The ``words`` that leave a stranger asking, as they were typed, and what they ask."""

    kind: Kind
    words: str


def unclear_in(answer: str, language: Language, *, said: str = "") -> tuple[Unclear, ...]:
    """What a stranger would ask first, a few things at most; none where they understand it.

    ``said`` is what stands in the post besides: the job, the author, who somebody is.
    """
    told = Told(answer, language, said)
    readers = (Replies(told), References(told), Names(told))
    found: dict[str, Unclear] = {}
    for sentence in told.sentences:
        done = 0
        asked = [each for reader in readers for each in reader.asks(sentence)]
        for kind, start, end in sorted(asked, key=_first):
            if start >= done:
                # "Alan’s", "it's".
                words = as_typed(sentence, start, end).removesuffix("’s").removesuffix("'s")
                found.setdefault(words.casefold(), Unclear(kind=kind, words=words))
                done = end
        told.take(sentence)
    if not found and sum(len(each.words) for each in told.sentences) < _LEAST:
        return (Unclear(kind="nothing", words=""),)
    return tuple(found.values())[:_MOST]


def _first(found: Found) -> tuple[int, bool, int]:
    """What is asked of a word says more than that a sentence replies."""
    kind, start, end = found
    return start, kind == "reply", -end
