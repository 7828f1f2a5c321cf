"""Questions to a language model: with patience, few at a time, and none while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from services.accounts.rules import Circuit, CircuitRules
from services.errors import NeedsPerson, Rejected, RetryLater, ZwaanError
from services.message import message
from services.ports import LanguageModel
from services.voice.model import NotUsed, Prompt

_log = structlog.get_logger("language model")
_Read = TypeVar("_Read")
_AWAY = message("model.away-now", "the language model is away")
_TOO_LONG = message("model.too-slow", "the language model took too long")


class AskModel:
    """One a process. ``where`` is the host that gets the texts; ``count`` hears of every use what became
    of it: "used", "away", "no answer", or which promise would have been broken."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        where: str,
        calls: Executor,
        clock: Callable[[], datetime],
        concurrency: int,
        patience: timedelta,
        count: Callable[[str, str], None],
        rules: CircuitRules | None = None,
    ) -> None:
        self.name, self.where = model.model, where
        self._model = model
        self._calls = calls
        self._clock = clock
        self._patience = patience.total_seconds()
        self._count = count
        self._rules = rules or CircuitRules()
        self._room = asyncio.Semaphore(concurrency)
        self.circuit = Circuit(network="language model")

    @property
    def is_away(self) -> bool:
        return self.circuit.state(self._clock()) == "open"

    @property
    def is_doubted(self) -> bool:
        """Whether one question probes if it is back."""
        return self.circuit.state(self._clock()) == "half-open"

    def note(self, use: str, became: str) -> None:
        self._count(use, became)
        _log.info("answered", use=use, became=became)

    async def use(self, use: str, prompt: Prompt, read: Callable[[str], _Read]) -> _Read:
        """What ``read`` makes of the answer. Raises NotUsed when it may not be used or there is none,
        RetryLater when the model is away."""
        try:
            answer = await self._answer(prompt)
            # A long source takes half a second.
            found = await asyncio.to_thread(read, answer)
        except (NotUsed, RetryLater) as broken:
            self.note(use, "away" if isinstance(broken, RetryLater) else str(broken))
            raise
        self.note(use, "used")
        return found

    async def _answer(self, prompt: Prompt) -> str:
        async with self._room:
            if self.is_away:
                raise RetryLater(_AWAY)
            ask = partial(self._model.answer, **asdict(prompt))
            call = asyncio.get_running_loop().run_in_executor(self._calls, ask)
            try:
                answer = await asyncio.wait_for(call, self._patience)
            except (RetryLater, NeedsPerson, TimeoutError) as fault:
                reason = fault.message if isinstance(fault, ZwaanError) else _TOO_LONG
                self.circuit = self.circuit.failed(self._clock(), reason, self._rules)
                _log.warning("no answer", reason=str(reason), failures=self.circuit.failures)
                if isinstance(fault, RetryLater):
                    raise
                raise NotUsed("no answer") from fault
            except Rejected as refusal:
                self.circuit = self.circuit.answered()
                _log.warning("no answer", reason=str(refusal))
                raise NotUsed("no answer") from refusal
            self.circuit = self.circuit.answered()
            return answer
