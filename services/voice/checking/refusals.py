"""Stories and vacancies that no text can be written about, for any person."""

from __future__ import annotations

from services.events.incoming import StoryApproved
from services.language import LANGUAGES, primary_language
from services.message import LanguageTag, Message, message
from services.voice.language.words import other_language_of
from services.voice.passages import SourceText, find_passages
from services.voice.writing.request import Content, NoDraft
from services.voice.writing.subject import title_of

#: Why a story gives no passage, and the question whose answer would be one.
_LACKING = {
    "short": (
        message("story.too-short", "the story is too short to tell anything of it"),
        message(
            "do.add-what-happened",
            "Add what happened: what went wrong before it worked, and who noticed?",
        ),
    ),
    "no_event": (
        message("story.no-event", "the story says what is so, and not what happened"),
        message("do.add-a-day", "Add one day of it: who did what, and what came of it?"),
    ),
    "unclear": (
        message(
            "story.unclear",
            "no part of the story is understood by somebody who reads only that part",
        ),
        message(
            "do.tell-stranger",
            "Tell it to a stranger in two sentences: on what date was it, who did what, with what result?",
        ),
    ),
    "list_only": (
        message("story.list", "the story is a list, and a list is not told"),
        message("do.write-out", "Write one of its points out: what happened, and to whom?"),
    ),
    "sensitive": (
        message("story.private", "all that the story tells is private to somebody"),
        message(
            "do.choose-or-add",
            "Choose what may be told, or add what happened: who did what, and what came of it?",
        ),
    ),
}


class Thin(NoDraft):
    """A source says too little for a text; its people can still be asked a question."""


class NoPassage(Thin):
    """A story says enough, but a stranger understands none of its passages."""


def other_language(content: Content) -> str | None:
    """The `other_language_of` a source's text."""
    return other_language_of(SourceText(content).body, primary_language(content.language))


def refusal_of(content: Content) -> NoDraft | None:
    """The reason why people get neither a text nor a question about ``content``; None: they do.

    A story that says enough, but has no part that is clear by itself, is no reason: its people answer a
    question in their own words (`lacking` informs an editor).
    """
    refusal = lacking(content)
    return None if isinstance(refusal, NoPassage) else refusal


def lacking(content: Content) -> NoDraft | None:
    """The reason why no person gets a text about ``content`` before an answer of their own; None: some do."""
    if not title_of(content):
        return NoDraft(
            message("source.no-title", "there is no readable title"),
            remedy=message("do.give-title", "Give it a plain title."),
        )
    return _untold(content) if isinstance(content, StoryApproved) else None


def _untold(story: StoryApproved) -> NoDraft | None:
    declared, text = primary_language(story.language), SourceText(story)
    if declared not in LANGUAGES:
        return _in_ours(
            message(
                "story.language-not-written",
                'nobody writes in "{language}", and a story is told in its own language',
                language=LanguageTag(declared),
            )
        )
    found = other_language_of(text.body, declared)
    if found == "":
        return _in_ours(
            message(
                "story.another-language",
                'the story was sent as "{language}", but its text is in another language',
                language=LanguageTag(story.language),
            )
        )
    if found is not None:
        return NoDraft(
            message(
                "story.wrong-language",
                'the story was sent as "{declared}", but its text is in "{language}"',
                declared=LanguageTag(story.language),
                language=LanguageTag(found),
            ),
            remedy=message(
                "do.send-as-language",
                'Send it as "{language}", under a new story_id.',
                language=LanguageTag(found),
            ),
        )
    passages = find_passages(text)
    if passages.chosen:
        return None
    reason, remedy = _LACKING.get(passages.lacking, _LACKING["short"])
    thin = NoPassage if passages.lacking == "unclear" else Thin
    return thin(reason, remedy=remedy)


def _in_ours(reason: Message) -> NoDraft:
    return NoDraft(
        reason,
        remedy=message(
            "do.send-in-languages",
            "Send it in {languages}, under a new story_id.",
            languages=" or ".join(sorted(LANGUAGES)),
        ),
    )
