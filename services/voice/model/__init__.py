"""A language model as interviewer and editor: what it is asked, and what of its answers is used.

It never invents. Passages are named by number and cut from the source (`passages`), a question is made
of words that are there (`follow_up`), and an edit keeps the words of the answer in their order (`edit`).
Its answer is a stranger's text: one that breaks a promise is not used, and a word says which.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the model is asked; ``text`` is material, in marks of its own, and ``tokens`` the most that the
    answer may have and cost."""

    instructions: str
    text: str
    tokens: int


class NotUsed(Exception):
    """A promise would be broken; the text is one word for it, the same in every language."""
