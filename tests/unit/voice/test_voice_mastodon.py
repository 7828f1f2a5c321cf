"""Who connected Mastodon gets a text of their own for it, unlike their others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice import Composer, OverlapGuard
from tests.builders import ambassador
from tests.unit.voice.material import compose_all, crowd, example_content, request

THREE = ("linkedin", "x", "mastodon")


@pytest.mark.parametrize("name", ["nl-de-mof-van-hengelo", "en-data-engineer"])
def test_three_networks_are_written_for(composer: Composer, name: str) -> None:
    """Of fifty people on three networks hardly any misses a text, and all texts differ."""
    content = example_content()[name]
    drafts, refused = compose_all(composer, content, list(crowd(50, content.language)), THREE)
    assert len(refused) <= 3
    assert max(draft.overlap for _, draft in drafts) <= 0.30
    counts = Counter(draft.text for _, draft in drafts)
    assert max(counts.values()) == 1
    assert all(measure_text(OURS[draft.network], draft.text).valid for _, draft in drafts)


def test_its_five_hundred_characters_are_used(composer: Composer) -> None:
    """Whoever writes at length says more than fits on X; what does not fit is left out whole."""
    content = example_content()["nl-de-mof-van-hengelo"]
    lengths: dict[str, list[int]] = {network: [] for network in ("x", "mastodon")}
    for rank, person in enumerate(crowd(20, "nl")):
        for network, found in lengths.items():
            asked = request(content, replace(person, length="long"), network=network, rank=rank)
            text = composer.compose(asked, OverlapGuard()).text
            found.append(measure_text(OURS["mastodon"], text).length)
            assert text.rstrip()[-1] not in ",;("
    assert max(lengths["x"]) < 400 < max(lengths["mastodon"]) <= 500
    assert sum(lengths["mastodon"]) > 1.3 * sum(lengths["x"])


def test_the_recipe_names_what_is_in_the_text_alone(composer: Composer) -> None:
    """What was tried and did not fit stands in no recipe."""
    content = example_content()["nl-de-mof-van-hengelo"]
    asked = request(content, replace(ambassador(), length="long"), network="mastodon")
    draft = composer.compose(asked, OverlapGuard())
    for fact in draft.recipe["facts"]:
        beginning = " ".join(fact["text"].split()[1:5])
        assert beginning in draft.text
    assert set(draft.recipe["clauses"]) <= {*draft.recipe["parts"], "disclosure"}
