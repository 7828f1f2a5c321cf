"""The topics of the event catalogue, as the logs want them described, and what is otherwise; and which
partition a key lives on.

That is murmur2, as all of Apache Kafka's clients place it: the Java client and kafka-python compute
``(murmur2(key) & 0x7fffffff) % partitions``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from struct import unpack_from

from services.errors import WrongSetting
from services.events.catalogue import CATALOGUE, PARTITIONS
from services.message import Message, advised, message, message_n
from streams.logs.admin import LogAdmin, TopicSpec, TopicState

#: What to do about another number of partitions than the catalogue's. The outbox is relayed to the
#: catalogue's partitions: with fewer it would stand still. With more, each key still has one place.
TOO_FEW = message(
    "do.topics.too-few",
    "give it {partitions} (kafka-topics.sh --alter --topic NAME --partitions {partitions}), because workers do not start with fewer",
    partitions=PARTITIONS,
)
TOO_MANY = message("do.topics.too-many", "leave it so: it works, and no log takes partitions away")
_NAMED = 3


def leader_topic(group: str) -> TopicSpec:
    """Return the topic where Faust keeps the leader of ``group``; nothing is ever written to it.

    Faust makes it as well, but assigns partitions meanwhile, and a worker that was assigned before
    it was there never leads: then the outbox is not relayed.
    """
    return TopicSpec(name=f"{group}-__assignor-__leader", partitions=1)


def topic_specs() -> list[TopicSpec]:
    return [
        TopicSpec(name=event_type.name, partitions=PARTITIONS, retention=event_type.retention)
        for event_type in CATALOGUE.values()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A topic of the catalogue beside what the log has of it; None: it is missing."""

    spec: TopicSpec
    state: TopicState | None

    @property
    def partitions(self) -> int:
        return len(self.state.partitions) if self.state else 0

    @property
    def too_few_partitions(self) -> bool:
        return self.state is not None and self.partitions < self.spec.partitions

    @property
    def too_many_partitions(self) -> bool:
        return self.partitions > self.spec.partitions

    @property
    def other_retention(self) -> bool:
        return self.state is not None and (self.state.retention, self.state.retention_bytes) != (
            self.spec.retention,
            self.spec.retention_bytes,
        )


def compare(admin: LogAdmin) -> list[Comparison]:
    """Every topic of the catalogue, in its order. Raises RetryLater when the log is away."""
    by_name = {state.name: state for state in admin.topics(CATALOGUE)}
    return [Comparison(spec=spec, state=by_name.get(spec.name)) for spec in topic_specs()]


def describe_partitions(others: Sequence[Comparison]) -> Message:
    """``post.ready has 4 partitions instead of 8``, of the first topics; the rest is counted."""
    named = tuple(
        message(
            "topics.partitions",
            "{name} has {found} partitions instead of {wanted}",
            name=each.spec.name,
            found=each.partitions,
            wanted=each.spec.partitions,
        )
        for each in others[:_NAMED]
    )
    if more := len(others) - len(named):
        return message_n(
            "topics.partitions-more",
            "{named}, and so has {n} more",
            "{named}, and so have {n} more",
            more,
            named=named,
        )
    return message("topics.named", "{named}", named=named)


def prepare_for_worker(admin: LogAdmin, group: str) -> None:
    """Make what a worker of ``group`` needs besides the catalogue.

    Raises WrongSetting when a topic has too few partitions to relay the outbox to.
    """
    too_few = [each for each in compare(admin) if each.too_few_partitions]
    if too_few:
        raise WrongSetting(
            advised(
                message("topics.too-few", "the topic {fault}", fault=describe_partitions(too_few)),
                TOO_FEW,
            )
        )
    admin.ensure_topics([leader_topic(group)])


_MULTIPLIER, _BITS = 0x5BD1E995, 0xFFFFFFFF


def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """The number of the partition of ``key``, in ``range(partitions)``."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


# Keys come back: an ambassador, a campaign, a link.
@lru_cache(maxsize=65_536)
def _murmur2(key: bytes) -> int:
    """As ``org.apache.kafka.common.utils.Utils.murmur2``; aiokafka's takes twice as long."""
    words = len(key) // 4
    hashed = 0x9747B28C ^ len(key)
    for word in unpack_from(f"<{words}I", key):
        mixed = word * _MULTIPLIER & _BITS
        hashed = hashed * _MULTIPLIER & _BITS ^ (mixed ^ mixed >> 24) * _MULTIPLIER & _BITS
    if left := key[4 * words :]:
        hashed = (hashed ^ int.from_bytes(left, "little")) * _MULTIPLIER & _BITS
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _BITS
    return hashed ^ hashed >> 15


class Placement:
    """Places keyed records by their key, others in turn.

    For records without a key Kafka's clients choose freely; taking turns is one of the free choices.
    """

    def __init__(self) -> None:
        self._turn = count()

    def place(self, key: bytes | None, partitions: int) -> int:
        """The number of a partition, in ``range(partitions)``."""
        if key is None:
            return next(self._turn) % partitions
        return partition_of(key, partitions)
