"""The question beside a draft was answered: the post is built around the answer, word for word."""

from __future__ import annotations

from datetime import datetime

from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.store import people
from services.post import Post, text_sha256
from services.posts import decide
from services.posts.own_post import own_post
from services.posts.store import model_edits
from services.posts.suggest import Suggester
from services.text.normal_form import as_networks_keep, printable
from services.voice.learning.own_words import as_told, with_answer, without_answer
from services.voice.store import own_words
from services.voice.store.own_words import OwnAnswer

#: A longer answer is a text of its own, and can be typed into the draft itself.
MAX_CHARACTERS = 1_000


async def answer_prompt(
    transaction: Transaction,
    suggester: Suggester,
    *,
    post_id: str,
    ambassador_id: str,
    prompt: str,
    answer: str,
    text: str,
    now: datetime,
    model_until: datetime | None = None,
) -> Post:
    """Build the post around ``answer``.

    ``text`` is the draft on the person's page: one that they changed is not built anew, but
    begins with the answer. An answer that a stranger would not understand is kept, and its post held once
    for the question about what is missing. Until ``model_until`` a language model may be asked to
    think along; None: their answer goes nowhere. Raises Rejected when the answer is empty or too long, or the draft was
    decided already.
    """
    await people.hold(transaction, [ambassador_id])
    post = await own_post(transaction, post_id, ambassador_id)
    sentence = as_told(printable(answer))
    if not sentence:
        raise Rejected(
            message("answer.empty", "the answer is empty"),
            remedy=message("do.write-or-leave", "Write a sentence, or leave the question."),
        )
    if len(sentence) > MAX_CHARACTERS:
        raise Rejected(
            message(
                "answer.too-long",
                "the answer is {excess} characters too long",
                excess=len(sentence) - MAX_CHARACTERS,
            ),
            remedy=message("do.shorten", "Shorten it."),
        )
    given = (await own_words.answers_about(transaction, [post.id])).get(post.id)
    before = given.answer if given else ""
    typed = as_networks_keep(text)
    by_model = text_sha256(typed) == post.recipe.get("model", {}).get("sha256")
    if by_model or without_answer(typed, before) in ("", post.original_text):
        answered = await suggester.rebuild(transaction, post, answer=sentence, now=now)
        if model_until is not None and answered.text:
            await model_edits.ask(transaction, post.id, by=model_until, first=given is None)
    else:
        answered = await decide.edit(
            transaction,
            post_id=post.id,
            ambassador_id=ambassador_id,
            text=with_answer(typed, sentence, before=before),
            now=now,
            networks=suggester.networks,
        )
    kept = OwnAnswer(
        post_id=post.id,
        ambassador_id=ambassador_id,
        prompt=prompt,
        answer=sentence,
        answered_at=now,
    )
    await own_words.keep_answer(transaction, kept)
    return answered
