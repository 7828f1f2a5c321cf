"""Which request a fault hits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.sandbox.faults import ActiveRule, FaultRule, draw


def _hits(rules: list[FaultRule], requests: list[tuple[str, str]]) -> list[str | None]:
    active = [ActiveRule(rule=rule) for rule in rules]
    drawn = [draw(active, network, operation, page=False) for network, operation in requests]
    return [None if rule is None else rule.kind for rule in drawn]


@given(seed=st.integers(), probability=st.floats(0, 1))
def test_the_same_seed_gives_the_same_faults(seed: int, probability: float) -> None:
    """Two runs over the same requests are hit at the same places."""
    rules = [
        FaultRule(kind="drop", probability=probability, seed=seed),
        FaultRule(kind="http_500", probability=probability, seed=seed, operation="post.*"),
    ]
    requests = [("x", "post.create"), ("linkedin", "userinfo")] * 20

    assert _hits(rules, requests) == _hits(rules, requests)


def test_fault_rate_matches_its_probability() -> None:
    """Of 10,000 requests a rule with 0.3 hits about 3,000, and other seeds hit other ones."""
    requests = [("x", "post.create")] * 10_000
    one = _hits([FaultRule(kind="drop", probability=0.3, seed=1)], requests)
    other = _hits([FaultRule(kind="drop", probability=0.3, seed=2)], requests)

    assert 2_800 < 10_000 - one.count(None) < 3_200
    assert one != other


@given(after=st.integers(0, 10), times=st.integers(1, 10))
def test_fault_rule_respects_after_and_times(after: int, times: int) -> None:
    """The first `after` requests pass, the next `times` are hit, the rest pass again."""
    hits = _hits([FaultRule(kind="drop", after=after, times=times)], [("x", "token")] * 30)

    assert hits == [None] * after + ["drop"] * times + [None] * (30 - after - times)


def test_fault_rule_hits_only_matching_requests() -> None:
    """Network, pattern and the nature of the fault limit a rule; the first that hits wins."""
    rules = [
        FaultRule(kind="http_502", network="x", operation="post.*"),
        FaultRule(kind="duplicate"),
        FaultRule(kind="version_sunset"),
        FaultRule(kind="drop"),
    ]
    requests = [
        ("x", "post.delete"),
        ("linkedin", "post.create"),
        ("linkedin", "userinfo"),
        ("x", "token"),
    ]

    assert _hits(rules, requests) == ["http_502", "duplicate", "version_sunset", "drop"]


def test_fault_rule_hits_pages_only_by_name() -> None:
    """A rule for everything leaves the consent page alone; one for `consent` does not."""
    everything = [ActiveRule(rule=FaultRule(kind="drop"))]
    named = [ActiveRule(rule=FaultRule(kind="drop", operation="consent"))]

    assert draw(everything, "x", "consent", page=True) is None
    assert draw(named, "x", "consent", page=True) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "explode"},
        {"kind": "drop", "probability": 1.5},
        {"kind": "drop", "chance": 0.5},
        {"kind": "credits_depleted", "network": "linkedin"},
        {"kind": "version_sunset", "network": "x"},
        {"kind": "apply_then_drop", "apply": False},
    ],
)
def test_contradictory_fault_rule_is_refused(fields: dict[str, object]) -> None:
    """Unknown kinds and fields, impossible numbers and contradictions raise."""
    with pytest.raises(ValidationError):
        FaultRule.model_validate(fields)
