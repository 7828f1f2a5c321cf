"""The embedded log: the append-only log of `zwaan up`, as a Faust transport.

Faust speaks to it exactly as it speaks to Apache Kafka; only the URL of the broker differs
(``embedded:///absolute/path/zwaan.log.db``). The same contract suite (``tests/contract/log``)
runs on both.

What it does:

- topics, partitions, offsets that are never reused, keys, timestamps, headers, tombstones;
- appends that are durable when they return (SQLite in WAL mode with ``synchronous=FULL``), many
  of them sharing one commit (group commit, one writer thread);
- committed offsets per group, delivery at least once, the same key placement as Kafka's clients;
- retention by time and by size, in bounded steps; disk space is reused, the file never shrinks;
- recovery after SIGKILL at any moment, and going on after a full disk once there is room.

What it does not do, on purpose (use Apache Kafka for these; each is pinned by a strict xfail in
``tests/contract/log/test_log_limits.py``):

- more than one process at a time: the owner locks the log, others may only read it, and so all
  partitions go to the one worker there is;
- transactions (Faust's ``processing_guarantee="exactly_once"``);
- compaction: a compacted topic keeps every record until its retention ends.
"""
