"""Stories and vacancies that no text can be written about, whoever is asked."""

from __future__ import annotations

from services.events.incoming import StoryApproved
from services.voice.language.told_in import other_language, primary_language
from services.voice.passages import find_passages
from services.voice.vocabulary import LANGUAGES
from services.voice.writing.request import Content, NoDraft
from services.voice.writing.subject import title_of

#: Why a story gives no passage, and the question whose answer would be one.
_LACKING = {
    "short": (
        "the story is too short to tell anything of it",
        "Add what happened: what went wrong before it worked, and who noticed?",
    ),
    "no_event": (
        "the story says what is so, and not what happened",
        "Add one day of it: who did what, and what came of it?",
    ),
    "unclear": (
        "no part of the story is understood by somebody who reads only that part",
        "Tell it to a stranger in two sentences: on what date was it, who did what, with what result?",
    ),
    "list_only": (
        "the story is a list, and a list is not told",
        "Write one of its points out: what happened, and to whom?",
    ),
    "sensitive": (
        "all that the story tells is private to somebody",
        "Choose what may be told, or add what happened: who did what, and what came of it?",
    ),
    "boilerplate": (
        "the story holds only sentences that would fit any organisation",
        "Add what only happened here: where was it, and who was there?",
    ),
}


class Thin(NoDraft):
    """A source tells too little for a text; its people can still be asked a question."""


def unsaid(content: Content) -> NoDraft | None:
    """Why nobody at all can be given a text about ``content``; None: somebody can.

    Known before anybody is asked, so that nobody is asked in vain.
    """
    if not isinstance(content, StoryApproved):
        return None if title_of(content) else _no_title("vacancy")
    language = primary_language(content.language)
    if language not in LANGUAGES:
        return NoDraft(
            f'nobody writes in "{language}", and a story is told in its own language',
            remedy=f"Send it in {' or '.join(sorted(LANGUAGES))}, under a new story_id.",
        )
    if (found := other_language(content)) is not None:
        return _in_another_language(content.language, found)
    passages = find_passages(content)
    if not passages.chosen:
        reason, remedy = _LACKING.get(passages.lacking, _LACKING["short"])
        return Thin(reason, remedy=remedy) if title_of(content) else _no_title("story")
    return None if title_of(content) else _no_title("story")


def _in_another_language(declared: str, found: str) -> NoDraft:
    if not found:
        return NoDraft(
            f'the story was sent as "{declared}", but its text is in another language',
            remedy=f"Send it in {' or '.join(sorted(LANGUAGES))}, under a new story_id.",
        )
    return NoDraft(
        f'the story was sent as "{declared}", but its text is in "{found}"',
        remedy=f'Send it as "{found}", under a new story_id.',
    )


def _no_title(kind: str) -> NoDraft:
    if kind == "story":
        return NoDraft("the story has no readable title", remedy="Give the story a plain title.")
    return NoDraft("the vacancy has no readable title", remedy="Give the vacancy a plain title.")
