"""The app in a process of its own, to be killed: `python -m tests.contract.log.worker …`.

Writes one JSON object a line for what it saw. A record whose value is ``--hold`` is seen and then
worked on for ever.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from faust.contrib.asgi import faust_app_running

from tests.contract.log.app import Seen, Topics, build


def _say(**fact: object) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("broker", "group", "inbound", "outbound", "dead"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--hold", default="")
    asked = parser.parse_args()

    async def watch(seen: Seen) -> None:
        _say(topic=seen.topic, value=seen.value.decode(), offset=seen.offset)
        if asked.hold and seen.topic == asked.inbound and seen.value.decode() == asked.hold:
            await asyncio.Event().wait()

    app = build(
        broker=asked.broker,
        group=asked.group,
        topics=Topics(inbound=asked.inbound, outbound=asked.outbound, dead=asked.dead),
        folder=asked.folder,
        watch=watch,
        tick=lambda: _say(leader=True),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with faust_app_running(app):
        _say(started=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_main())
