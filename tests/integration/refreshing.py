"""One process that opens the same account many times at once; prints a hash of each token it got.

Arguments: database address, vault key, address of the sandbox's X, ambassador, number of callers.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from connectors.registry import NetworkSettings, build_networks
from services.accounts.accounts import Accounts
from services.database.engine import Database
from services.vault import Vault


def accounts_on(database: Database, key: str, address: str, calls: ThreadPoolExecutor) -> Accounts:
    settings = NetworkSettings(
        name="x",
        client_id="zwaan-sandbox",
        client_secret="zwaan-sandbox-secret",
        api_url=address,
    )
    return Accounts(
        database=database,
        networks=build_networks([settings]),
        vault=Vault([key]),
        calls=calls,
        clock=lambda: datetime.now(UTC),
    )


async def main(url: str, key: str, address: str, who: str, callers: int) -> None:
    database = Database.open(url)
    with ThreadPoolExecutor(callers) as calls:
        accounts = accounts_on(database, key, address, calls)
        print("ready", flush=True)  # noqa: T201 - for the test that started it
        await asyncio.to_thread(sys.stdin.readline)
        opened = await asyncio.gather(*(accounts.open(who, "x") for _ in range(callers)))
    await database.close()
    for account in opened:
        print(hashlib.sha256(account.tokens.access.encode()).hexdigest())  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5])))
