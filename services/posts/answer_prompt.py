"""The question beside a draft was answered: the post is built around the answer, word for word; and what
was answered beside another one about the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.store import people
from services.post import Post, text_sha256
from services.posts import decide
from services.posts.own_post import own_post
from services.posts.store import model_edits, posts, typed_texts
from services.posts.suggest import Suggester
from services.text.normal_form import as_networks_keep, printable
from services.voice.learning.own_words import (
    as_changed,
    as_typed,
    begun_with,
    with_answer,
    without_answer,
)
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
    opening: str = "",
    model_until: datetime | None = None,
) -> Post:
    """Build the post around ``answer``, which begins with the ``opening``, where one was asked for.

    ``text`` is the draft on the person's page: one that they changed is not built anew, but
    begins with the answer. An answer that a stranger would not understand is kept, and its post held once
    for the question about what is missing. Until ``model_until`` a language model may be asked to
    think along; None: their answer goes nowhere. Raises Rejected when the answer is empty or too long, or the draft was
    decided already.
    """
    await people.hold(transaction, [ambassador_id])
    post = await own_post(transaction, post_id, ambassador_id)
    sentence = as_typed(printable(begun_with(opening, answer)))
    begins = as_typed(printable(opening))
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
        opening=begins if sentence.startswith(f"{begins} ") else "",
    )
    await own_words.keep_answer(transaction, kept)
    return answered


async def answered_elsewhere(
    transaction: Transaction, given: Mapping[str, OwnAnswer], post: Post, answer: OwnAnswer | None
) -> OwnAnswer | None:
    """What this person answered last beside another draft about the same, after ``answer``, as it
    stands in that draft by now."""
    elsewhere = [
        each
        for each in (await posts.by_ids(transaction, list(given))).values()
        if each.campaign_id == post.campaign_id and each.id != post.id
    ]
    other = max(elsewhere, key=lambda each: given[each.id].answered_at, default=None)
    if other is None or (answer and given[other.id].answered_at <= answer.answered_at):
        return None
    earlier, text = given[other.id], other.text
    if text_sha256(text) != other.recipe.get("model", {}).get("sha256"):
        typed = (await typed_texts.of_posts(transaction, [other.id])).get(other.id)
        stands = as_changed(
            as_networks_keep(earlier.answer),
            text=as_networks_keep(typed.text) if typed is not None else text,
            original=other.original_text,
        )
        if stands != as_networks_keep(earlier.answer):
            earlier = replace(earlier, answer=stands, opening="")
    return (
        earlier if earlier.answer and (answer is None or earlier.answer != answer.answer) else None
    )
