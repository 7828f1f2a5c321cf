"""Ids that follow from a name."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.identity import name_id


@given(name=st.text(st.characters(codec="utf-8")))
def test_it_is_the_id_that_python_makes(name: str) -> None:
    """What was derived before stays the same: posts, links and events are known by it."""
    assert name_id(NAMESPACE_DNS.bytes, name) == str(uuid5(NAMESPACE_DNS, name))
