"""No one gets the same passage in the same layout as somebody else."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.voice.writing.dealing import NO_PASSAGE, Dealt, even_share, shuffled, turns

some = st.integers(1, 12)


@given(some, some, st.integers(0, 300))
def test_the_first_turns_are_all_different(passages: int, layouts: int, shift: int) -> None:
    """As many people as there are pairs have one of their own without asking each other."""
    first = {
        next(turns(rank, passages, layouts, shift=shift)) for rank in range(passages * layouts)
    }
    assert len(first) == passages * layouts


@given(some, some, st.integers(0, 5_000))
def test_everybody_has_every_pair_once(passages: int, layouts: int, rank: int) -> None:
    """A person who finds a turn taken goes on to the next, until none is left."""
    found = list(turns(rank, passages, layouts))
    assert len(set(found)) == len(found) == passages * layouts


@given(some, some)
def test_the_handful_gets_the_best_and_each_its_own(passages: int, layouts: int) -> None:
    """The first people are dealt the passages in their order."""
    first = [next(turns(rank, passages, layouts))[0] for rank in range(passages)]
    assert first == list(range(passages))


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(["team", "craft"])), max_size=120),
)
def test_no_pair_twice_and_no_passage_too_often(
    passages: int, people: list[tuple[int, str]]
) -> None:
    """Whatever ranks and relations come in any order, both promises hold at every moment."""
    dealt, pairs = Dealt(), list[tuple[int, str]]()
    for number, (rank, relation) in enumerate(people):
        for passage, layout in turns(rank, passages, 5):
            name = f"{relation}/{layout}"
            if dealt.is_free("linkedin", passage, name, passages):
                _deal(dealt, number, passage, name)
                pairs.append((passage, name))
                break
        uses = Counter(passage for passage, _ in pairs)
        assert max(uses.values(), default=0) <= even_share(len(pairs), passages)
    assert len(set(pairs)) == len(pairs)


def _deal(dealt: Dealt, number: int, passage: int, layout: str) -> None:
    dealt.remember(
        str(number), network="linkedin", text="x", passage=passage, layout=layout, aside=""
    )


def test_another_network_is_dealt_anew() -> None:
    """What is on LinkedIn keeps no one from having it on X."""
    dealt = Dealt()
    _deal(dealt, 1, 0, "team/a")
    assert not dealt.is_free("linkedin", 0, "team/a", 3)
    assert dealt.is_free("x", 0, "team/a", 3)
    assert dealt.is_free("linkedin", NO_PASSAGE, "team/a", 3)


def test_an_order_is_the_same_on_any_machine() -> None:
    """Layouts are shuffled by a seed and nothing else."""
    assert shuffled("abcdefgh", 7, "team") == shuffled("abcdefgh", 7, "team")
    assert "".join(shuffled("abcdefgh", 7, "team")) == "bchdagef"
