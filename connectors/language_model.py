"""A language model behind any OpenAI-compatible endpoint (``POST /chat/completions``).

Source of the facts: https://platform.openai.com/docs/api-reference/chat, of which other servers
(vLLM, llama.cpp, Ollama) offer the part that is used here.
"""

from __future__ import annotations

from typing import Any

import requests

from connectors.transport.http import Limits, Transport, repeatable
from connectors.transport.oauth import json_object
from services.errors import NeedsPerson, Rejected, RetryLater
from services.message import message

# In place of the configured endpoint, which has any address.
API = "https://language-model.invalid"
_TITLE = "The language model"
_ANSWER_BYTES = 200_000


class LanguageModel:
    """A `services.ports.LanguageModel`. ``url`` is the base address, such as ``…/v1``."""

    def __init__(self, *, url: str, model: str, key: str = "", timeout: float = 30.0) -> None:
        self.model = model
        self._key = key
        limits = Limits(
            connect=min(5.0, timeout), read=timeout, total=timeout, answer_bytes=_ANSWER_BYTES
        )
        self._transport = Transport(_TITLE, routes={API: url}, limits=limits)

    def __repr__(self) -> str:
        return f"LanguageModel(model={self.model!r})"

    def answer(self, *, instructions: str, text: str, tokens: int) -> str:
        """One answer. Blocks. Raises RetryLater, NeedsPerson (the key), or Rejected (no answer)."""
        question = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": text},
            ],
            "max_tokens": tokens,
            "stream": False,
        }
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        # Asking twice has no effect but its price.
        with repeatable(), self._transport.equip(requests.Session()) as session:
            reply = session.post(f"{API}/chat/completions", json=question, headers=headers)
        _check_status(reply)
        return _content(json_object(reply))


def _check_status(reply: requests.Response) -> None:
    status = reply.status_code
    if status in (401, 403):
        raise NeedsPerson(
            message("model.wrong-key", "the language model does not accept the key"),
            remedy=message("do.correct-model-key", "Correct ZWAAN_LLM_KEY."),
        )
    if status == 429 or status >= 500:
        raise RetryLater(
            message("model.away", "the language model is away (status {status})", status=status),
            after=_wait(reply),
        )
    if status != 200:
        raise Rejected(
            message(
                "model.refused-question",
                "the language model refused the question (status {status})",
                status=status,
            ),
            remedy=message("do.check-model", "Check ZWAAN_LLM_URL and ZWAAN_LLM_MODEL."),
        )


def _wait(reply: requests.Response) -> float | None:
    wait = reply.headers.get("Retry-After", "")
    return float(min(int(wait), 600)) if wait.isascii() and wait.isdigit() else None


def _content(answer: dict[str, Any]) -> str:
    """The text of the first choice; only one that the model ended by itself."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    said = first.get("message") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(said, dict):
        raise Rejected(message("model.no-message", "the language model's answer holds no message"))
    content = said.get("content")
    if said.get("refusal") or first.get("finish_reason") not in ("stop", None):
        raise Rejected(
            message("model.not-finished", "the language model refused or did not finish")
        )
    if not isinstance(content, str) or not content.strip():
        raise Rejected(message("model.empty-answer", "the language model's answer is empty"))
    return content
