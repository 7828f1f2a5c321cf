"""A network that another package brings gets texts by its rules, unlike those of ours."""

from __future__ import annotations

import pytest

from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice import Composer, OverlapGuard, PostTemplates
from services.domain.voice.selection import stream_of
from services.ports import PostRules
from tests.unit.voice.material import compose_all, crowd, example_content, request

NEST = PostRules(limit=240, link_length=10, hashtags=1)


@pytest.fixture(scope="module")
def nested(templates: PostTemplates) -> Composer:
    return Composer(templates, networks={**OURS, "nest": NEST})


@pytest.mark.parametrize("name", ["nl-de-mof-van-hengelo", "en-data-engineer"])
def test_four_networks_are_written_for(nested: Composer, name: str) -> None:
    """Of fifty people on four networks hardly any misses a text, and each keeps to its limit."""
    content = example_content()[name]
    drafts, refused = compose_all(
        nested, content, list(crowd(50, content.language)), (*OURS, "nest")
    )
    assert len(refused) <= 4
    assert max(draft.overlap for _, draft in drafts) <= 0.30
    own = [draft.text for _, draft in drafts if draft.network == "nest"]
    assert all(measure_text(NEST, text).valid for text in own)
    assert max(text.count("#") for text in own) == 1


def test_another_network_changes_no_text_of_ours(templates: PostTemplates) -> None:
    """Whatever else is installed: equal requests give equal bytes."""
    content = example_content()["nl-netplanner"]
    person = next(crowd(1, "nl"))
    for network in OURS:
        asked = request(content, person, network=network)
        alone = Composer(templates).compose(asked, OverlapGuard())
        beside = Composer(templates, networks={"nest": NEST, **OURS}).compose(asked, OverlapGuard())
        assert alone == beside


def test_a_small_network_keeps_what_its_recipe_says(nested: Composer) -> None:
    """Each part that the recipe names stands in the text, also of a brief one."""
    content = example_content()["nl-netplanner"]
    for rank, person in enumerate(crowd(20, "nl")):
        asked = request(content, person, network="nest", rank=rank)
        draft = nested.compose(asked, OverlapGuard())
        parts = draft.recipe["parts"]
        assert all(parts[place] in draft.text for place in set(parts) - {"order"})


def test_networks_begin_at_places_of_their_own() -> None:
    """By its name alone, so that no other package has to be asked."""
    names = (*OURS, "nest", "bluesky", "threads")
    assert len({stream_of(name) for name in names}) == len(names)
