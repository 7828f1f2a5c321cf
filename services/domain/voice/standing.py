"""Whether a sentence is understood by somebody who has not read the one before it."""

from __future__ import annotations

import re

from services.domain.voice.lexicon import Lexicon

_NAME = re.compile(r"(?<=[^\W_] )[^\W\d_a-zà-öø-ÿ]")
#: A pronoun that comes this many words into a sentence has what it stands for before it, …
_SETTLED = 3


def stands_alone(sentence: str, lexicon: Lexicon) -> bool:
    """Whether nothing in ``sentence`` points outside it; where in doubt, it does."""
    if lexicon.leaning.match(sentence) or lexicon.pointing.search(sentence):
        return False
    # … if the sentence begins by naming something.
    settled = _SETTLED if lexicon.naming.match(sentence) else len(sentence)
    one = lexicon.personal.search(sentence)
    if one and not _names_person(sentence[: one.start()], lexicon):
        return False
    return all(
        len(sentence[: found.start()].split()) >= settled
        for found in lexicon.pronouns.finditer(sentence)
    )


def _names_person(text: str, lexicon: Lexicon) -> bool:
    """By a word for one, or by a name: a capital that opens no sentence."""
    return lexicon.persons.search(text) is not None or _NAME.search(text) is not None
