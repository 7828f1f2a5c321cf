"""A broker that other tests used, without what they left on Zwaan's own topics."""

from __future__ import annotations

import time

from kafka.admin import KafkaAdminClient

from services.events.catalogue import CATALOGUE


def delete_topics(address: str) -> None:
    """Return when none of the catalogue's topics is there any more."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        left = sorted(set(CATALOGUE) & set(admin.list_topics()))
        if left:
            admin.delete_topics(left)
        deadline = time.monotonic() + 30
        while set(CATALOGUE) & set(admin.list_topics()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        admin.close()
