"""``zwaan topics``: what is said of topics that differ, and what is changed when."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from streams.logs.admin import TopicSpec, TopicState
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.topics import topic_specs
from tests.integration.shell import Done, Shell

pytestmark = pytest.mark.commands

DAYS = timedelta(days=1)


@contextmanager
def log_of(shell: Shell) -> Iterator[EmbeddedAdmin]:
    shell.data.mkdir(exist_ok=True)
    admin = EmbeddedAdmin(f"embedded://{shell.data / 'zwaan.log.db'}")
    try:
        yield admin
    finally:
        admin.close()


@pytest.fixture
def odd(bare: Shell) -> Shell:
    """A log on which an operator chose otherwise for two topics, and two are missing or too small."""
    specs = {spec.name: spec for spec in topic_specs()}
    del specs["post.ready"]
    specs["post.approved"] = TopicSpec(name="post.approved", partitions=4, retention=366 * DAYS)
    with log_of(bare) as admin:
        admin.ensure_topics(list(specs.values()))
        admin.set_retention(
            [
                TopicSpec(name="share.requested", partitions=8, retention=DAYS / 2),
                TopicSpec(name="link.clicked", partitions=8, retention_bytes=5_000_000),
            ]
        )
    return bare


def states(shell: Shell) -> dict[str, TopicState]:
    with log_of(shell) as admin:
        return {state.name: state for state in admin.topics()}


def line_of(done: Done, topic: str) -> str:
    (line,) = [each for each in done.out.splitlines() if each.startswith(f"{topic} ")]
    return " ".join(line.split())


def test_the_listing_marks_what_the_catalogue_says_otherwise(odd: Shell) -> None:
    """Beside what is, in units that fit; a topic that is as the catalogue says bears no mark."""
    done = odd.run("topics")
    assert done.code == 0
    assert line_of(done, "story.approved") == "story.approved 8 partitions 0 records kept 366 days"
    assert line_of(done, "share.requested").endswith("kept 12 hours (the catalogue: kept 30 days)")
    assert line_of(done, "link.clicked").endswith(
        "kept for ever, up to 5,000,000 bytes a partition (the catalogue: kept 366 days)"
    )
    assert line_of(done, "post.approved").endswith("kept 366 days (the catalogue: 8 partitions)")
    assert line_of(done, "post.ready").endswith("(missing: --create)")
    listed = {line["topic"]: line for line in odd.run("topics", "--json").lines}
    assert listed["share.requested"]["retention_days"] == 0.5
    assert listed["share.requested"]["differs"] == ["retention"]
    assert listed["story.approved"]["differs"] == []


def test_making_what_is_missing_changes_nothing_else(odd: Shell) -> None:
    """``--create`` leaves an operator's retention as it is."""
    done = odd.run("topics", "--create")
    assert line_of(done, "post.ready").endswith("(made now)")
    assert line_of(done, "share.requested").endswith("(the catalogue: kept 30 days)")
    assert states(odd)["share.requested"].retention == DAYS / 2


def test_a_plan_without_anybody_to_ask_changes_nothing(odd: Shell) -> None:
    """What is and what will be of each topic; wrong usage without --yes in a script."""
    before = states(odd)
    done = odd.run("topics", "apply")
    assert done.code == 2
    assert line_of(done, "post.ready") == "post.ready missing → 8 partitions, kept 30 days"
    assert line_of(done, "share.requested") == "share.requested kept 12 hours → kept 30 days"
    assert line_of(done, "link.clicked").endswith("→ kept 366 days, what is beyond that is deleted")
    assert "4 partitions instead of 8, which this does not change" in line_of(done, "post.approved")
    assert "story.approved" not in done.out
    assert "--yes" in done.err
    assert states(odd) == before


def test_a_plan_is_carried_out_on_request(odd: Shell) -> None:
    """With --yes retention and missing topics follow the catalogue; then nothing is left to do."""
    assert odd.run("topics", "apply", "--yes").code == 0
    now, specs = states(odd), {spec.name: spec for spec in topic_specs()}
    assert now.keys() == specs.keys()
    assert all(now[name].retention == spec.retention for name, spec in specs.items())
    assert {state.retention_bytes for state in now.values()} == {None}
    assert len(now["post.approved"].partitions) == 4
    again = odd.run("topics", "apply")
    assert again.code == 0
    assert "Nothing to do" in again.out


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_a_person_is_asked(odd: Shell, answer: str, code: int) -> None:
    """On a terminal the plan comes with a question, and no means no."""
    before = states(odd)
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        done = odd.run("topics", "apply", terminal=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.code == code
    assert "Do this?" in done.out
    assert (states(odd) == before) is (answer == "n")


@pytest.mark.parametrize("option", [["--create"], ["--json"], ["--data", "elsewhere"]])
def test_options_before_the_sub_command_are_refused(odd: Shell, option: list[str]) -> None:
    """Nothing that was asked for is ignored."""
    done = odd.run("topics", *option, "apply", "--yes")
    assert done.code == 2
    assert "behind apply" in done.err


def test_too_few_partitions_stop_a_worker_and_are_named_by_the_doctor(odd: Shell) -> None:
    """The outbox could not be relayed; both name the topic and how to give it more."""
    assert odd.run("migrate").code == 0
    doctor, worker = odd.run("doctor"), odd.run("up", port="0")
    assert (doctor.code, worker.code) == (2, 2)
    (line,) = [each for each in doctor.out.splitlines() if each.startswith("! broker")]
    for said in (line, worker.err):
        assert "post.approved has 4 partitions instead of 8" in said
        assert "--partitions 8" in said


def test_more_partitions_are_named_and_work(bare: Shell) -> None:
    """A topic with more partitions is no reason not to start."""
    with log_of(bare) as admin:
        admin.ensure_topics([TopicSpec(name="post.ready", partitions=12, retention=30 * DAYS)])
        admin.ensure_topics(topic_specs())
    assert bare.run("migrate").code == 0
    doctor = bare.run("doctor")
    assert doctor.code == 0
    assert "! broker       embedded log, post.ready has 12 partitions instead of 8" in doctor.out
