"""A process that appends until it is killed, and says what was acknowledged.

`python -m tests.unit.streams.embedded.appending LOG FIRST`: values count up from FIRST; one line an
acknowledgement, ``partition offset value``. One record in ten is part of a larger append.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from streams.logs.embedded.log import EmbeddedLog

CALLERS = 8


async def _main() -> None:
    log = EmbeddedLog(Path(sys.argv[1]), retention_every=0.05)
    log.create_topic("t", 3, retention_bytes=10_000_000)
    values = iter(range(int(sys.argv[2]), 10**9))

    async def call(caller: int) -> None:
        appender = log.appender()
        while True:
            size = 5 if caller == 0 else 1
            mine = [b"%d" % next(values) for _ in range(size)]
            records = [
                log.prepare("t", key=value, value=value + b" " * (caller * 100)) for value in mine
            ]
            offsets = await appender.append([it for it, _ in records], sum(n for _, n in records))
            for (placed, _), offset, value in zip(records, offsets, mine, strict=True):
                sys.stdout.write(f"{placed[0].number} {offset} {value.decode()}\n")
            sys.stdout.flush()

    await asyncio.gather(*(call(n) for n in range(CALLERS)))


asyncio.run(_main())
