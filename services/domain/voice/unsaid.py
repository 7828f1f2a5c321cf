"""Stories and vacancies that no text can be written about, whoever is asked."""

from __future__ import annotations

from services.domain.voice.facts import MARKS, MAX_WORDS, MIN_WORDS, OWN, quotable_sentences
from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.request import Content, NoDraft
from services.domain.voice.sentences import split_sentences
from services.domain.voice.subject import author_of, title_of
from services.domain.voice.told_in import other_language, primary_language
from services.events.incoming import StoryApproved


def unsaid(content: Content) -> NoDraft | None:
    """Why nobody at all can be given a text about ``content``; None: somebody can.

    Known before anybody is asked, so that nobody is asked in vain.
    """
    if not isinstance(content, StoryApproved):
        return None if title_of(content) else no_title("vacancy")
    language = primary_language(content.language)
    if language not in LEXICONS:
        return NoDraft(
            f'nobody writes in "{language}", and a story is told in its own language',
            remedy=f"Send it in {' or '.join(sorted(LEXICONS))}, under a new story_id.",
        )
    if (found := other_language(content)) is not None:
        return _in_another_language(content.language, found)
    # What says "I" is quoted by the author's name, where there is one.
    named = bool(author_of(content))
    own = False
    for fact in quotable_sentences(content):
        if named or OWN not in fact.kinds:
            break
        own = True
    else:
        return _only_own_words() if own else _not_quotable(content.body)
    return None if title_of(content) else no_title("story")


def _in_another_language(declared: str, found: str) -> NoDraft:
    if not found:
        return NoDraft(
            f'the story was sent as "{declared}", but its text is in another language',
            remedy=f"Send it in {' or '.join(sorted(LEXICONS))}, under a new story_id.",
        )
    return NoDraft(
        f'the story was sent as "{declared}", but its text is in "{found}"',
        remedy=f'Send it as "{found}", under a new story_id.',
    )


def _only_own_words() -> NoDraft:
    return NoDraft(
        "the story has no sentence that can be quoted: all say I, and its author is not known",
        remedy="Name the story's author, or tell it without I.",
    )


def _not_quotable(body: str) -> NoDraft:
    """The plainest fault of a text without a sentence that can be quoted."""
    sentences = [each for line in paragraphs(body) for each in split_sentences(line)]
    letters = [letter for each in sentences for letter in each if letter.isalpha()]
    lengths = [len(each.split()) for each in sentences]
    if max(lengths, default=0) < MIN_WORDS:
        return NoDraft(
            "the story has no sentence that can be quoted: it is too short",
            remedy="Give the story a few whole sentences of what happened.",
        )
    if sum(map(str.isupper, letters)) * 2 > len(letters):
        return NoDraft(
            "the story has no sentence that can be quoted: it is in capitals",
            remedy="Write the story in ordinary letters.",
        )
    if not any(each.endswith(MARKS) for each in sentences):
        return NoDraft(
            "the story has no sentence that can be quoted: none ends with a full stop",
            remedy="End each sentence of the story with a full stop.",
        )
    if min(lengths) > MAX_WORDS:
        return NoDraft(
            f"the story has no sentence that can be quoted: all are longer than {MAX_WORDS} words",
            remedy="Give the story a few shorter sentences.",
        )
    return no_sentence()


def no_sentence() -> NoDraft:
    return NoDraft(
        "the story has no sentence that can be quoted",
        remedy="Give the story a few plain sentences.",
    )


def no_title(kind: str) -> NoDraft:
    if kind == "story":
        return NoDraft("the story has no readable title", remedy="Give the story a plain title.")
    return NoDraft("the vacancy has no readable title", remedy="Give the vacancy a plain title.")
