"""The question beside a draft was answered: the answer goes into the text, word for word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.domain.network_rules import OURS, rules_of
from services.domain.post import Post, normalise_text, printable
from services.domain.voice.own_words import as_sentence, with_answer
from services.errors import Rejected
from services.ports import PostRules
from services.storage import own_words, people
from services.storage.own_words import OwnAnswer
from services.storage.transaction import Transaction
from services.use_cases import decide
from services.use_cases.own_post import own_post

#: A longer answer is a text of its own, and can be typed into the draft itself.
MAX_CHARACTERS = 500


async def answer_prompt(
    transaction: Transaction,
    *,
    post_id: str,
    ambassador_id: str,
    prompt: str,
    answer: str,
    text: str,
    now: datetime,
    networks: Mapping[str, PostRules] = OURS,
) -> Post:
    """Set ``answer`` into ``text``, which is the draft as it stands before the person.

    Raises Rejected when the answer is empty or too long, or the draft was decided already.
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
    before = (await own_words.answers_about(transaction, [post.id])).get(post.id)
    everybody = await people.ambassadors_by_id(transaction, [ambassador_id])
    answered = with_answer(
        rules_of(post.network, networks),
        normalise_text(text),
        sentence,
        original=post.original_text,
        opening=everybody[ambassador_id].opening if ambassador_id in everybody else "",
        before=before.answer if before else "",
    )
    edited = await decide.edit(
        transaction,
        post_id=post.id,
        ambassador_id=ambassador_id,
        text=answered,
        now=now,
        networks=networks,
    )
    kept = OwnAnswer(
        post_id=post.id,
        ambassador_id=ambassador_id,
        prompt=prompt,
        answer=sentence,
        answered_at=now,
    )
    await own_words.keep_answer(transaction, kept)
    return edited
