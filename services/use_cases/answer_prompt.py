"""The question beside a draft was answered: the post is built around the answer, word for word."""

from __future__ import annotations

from datetime import datetime

from services.domain.post import Post, as_networks_keep, printable
from services.domain.voice.own_words import as_sentence, with_answer, without_answer
from services.errors import Rejected
from services.storage import own_words, people
from services.storage.own_words import OwnAnswer
from services.storage.transaction import Transaction
from services.use_cases import decide
from services.use_cases.own_post import own_post
from services.use_cases.suggest import Suggester

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
) -> Post:
    """Build the post around ``answer``.

    ``text`` is the draft as it stands before the person: one that they changed is not built anew, but
    begins with the answer. Raises Rejected when the answer is empty or too long, or the draft was
    decided already.
    """
    await people.hold(transaction, [ambassador_id])
    post = await own_post(transaction, post_id, ambassador_id)
    sentence = as_sentence(printable(answer))
    if not sentence:
        raise Rejected("the answer is empty", remedy="Write a sentence, or leave the question.")
    if len(sentence) > MAX_CHARACTERS:
        raise Rejected(
            f"the answer is {len(sentence) - MAX_CHARACTERS} characters too long",
            remedy="Shorten it.",
        )
    given = (await own_words.answers_about(transaction, [post.id])).get(post.id)
    before = given.answer if given else ""
    typed = as_networks_keep(text)
    if without_answer(typed, before) in ("", post.original_text):
        answered = await suggester.rebuild(
            transaction, post_id=post.id, ambassador_id=ambassador_id, answer=sentence, now=now
        )
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
