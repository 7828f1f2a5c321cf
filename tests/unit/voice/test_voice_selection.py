"""Ranks share as few choices as the code promises, on any machine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.domain.voice.pairing import Pairing
from services.domain.voice.selection import (
    choice,
    largest_prime,
    shuffled,
    taking_turns,
)

POINTS = range(1, 7)


@given(st.sampled_from([13, 17, 23]), st.data())
def test_two_ranks_below_the_square_share_at_most_one_choice(
    prime: int, data: st.DataObject
) -> None:
    """Within a network, two of the first q² ranks agree in at most one place."""
    ranks = st.integers(0, prime * prime - 1)
    one, other = data.draw(ranks), data.draw(ranks)
    agreements = sum(choice(prime, x, one, 0) == choice(prime, x, other, 0) for x in POINTS)
    assert one == other or agreements <= 1


@given(st.sampled_from([13, 17, 23]), st.data())
def test_the_first_ranks_share_no_choice_at_all(prime: int, data: st.DataObject) -> None:
    """Two of the first q ranks differ in every place."""
    ranks = st.integers(0, prime - 1)
    one, other = data.draw(ranks), data.draw(ranks)
    assert one == other or all(
        choice(prime, x, one, 1) != choice(prime, x, other, 1) for x in POINTS
    )


@given(st.sampled_from([13, 17, 23]), st.integers(0, 5))
def test_a_sentence_is_used_once_by_every_square_of_ranks(prime: int, stream: int) -> None:
    """The pair of front and back is different for each of q² ranks."""
    pairs = {
        (choice(prime, 4, rank, stream), choice(prime, 5, rank, stream))
        for rank in range(prime * prime)
    }
    assert len(pairs) == prime * prime


@given(st.integers(0, 16), st.integers(0, 16), st.sampled_from([(1, 2), (4, 5), (3, 4)]))
def test_a_sentence_of_linkedin_is_not_one_of_x_at_fifty(
    one: int, other: int, points: tuple[int, int]
) -> None:
    """The first ranks of two networks never get the same front and back."""
    assert [choice(17, x, one, 0) for x in points] != [choice(17, x, other, 1) for x in points]


@given(st.sampled_from([13, 17, 23]), st.data())
def test_who_has_the_same_turn_in_another_lap_shares_no_choice(
    prime: int, data: st.DataObject
) -> None:
    """In q laps a turn never gets the same clause twice in one place, so that posts with the same
    quotation have nothing else in common."""
    turn = data.draw(st.integers(0, prime * prime - 1))
    laps = st.integers(0, prime - 1)
    one, other = data.draw(laps), data.draw(laps)
    assert one == other or all(
        choice(prime, x, turn, 0, one) != choice(prime, x, turn, 0, other) for x in POINTS
    )


@given(st.lists(st.integers(0, 30), max_size=8))
def test_in_a_lap_each_pool_has_as_many_turns_as_its_size(sizes: list[int]) -> None:
    """Every turn of every pool comes once, and those of one number come together."""
    lap = taking_turns(sizes)
    assert sorted(lap) == [(pool, n) for pool, size in enumerate(sizes) for n in range(size)]
    assert [turn for _, turn in lap] == sorted(turn for _, turn in lap)


def test_an_order_depends_on_its_key_alone() -> None:
    """The same key gives this very order on every machine and Python version."""
    assert shuffled(range(10), 7, "hook") == (6, 4, 1, 9, 7, 5, 3, 8, 2, 0)
    assert shuffled(range(10), 8, "hook") != shuffled(range(10), 7, "hook")


@given(st.lists(st.integers(), max_size=40), st.integers())
def test_an_order_loses_nothing(items: list[int], key: int) -> None:
    """Shuffling keeps every item."""
    assert sorted(shuffled(items, key)) == sorted(items)


@given(st.integers(2, 500))
def test_the_largest_prime_is_prime_and_fits(limit: int) -> None:
    """The prime is not above the limit, and nothing between them is prime."""
    prime = largest_prime(limit)
    assert prime <= limit
    assert all(prime % divisor for divisor in range(2, prime))


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 2))
def test_every_pair_comes_once_before_any_comes_twice(wrappers: int, items: int, uses: int) -> None:
    """The first w × f numbers give all pairs, and after the allowed uses there is none."""
    pairing = Pairing(wrappers=tuple(range(wrappers)), items=tuple(range(items)), uses=uses)
    pairs = [pairing.pick(number) for number in range(wrappers * items)]
    assert len(set(pairs)) == len(pairs) == pairing.size
    assert pairing.pick(uses * pairing.size) is None


def test_nothing_to_pair_is_no_pair() -> None:
    """Without facts there is no quotation."""
    assert Pairing(wrappers=("w",), items=()).pick(0) is None
