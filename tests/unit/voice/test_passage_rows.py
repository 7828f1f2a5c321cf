"""What an editor chooses from, and what becomes of words that an editor changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.events.incoming import StoryApproved, VacancyOpened
from services.voice.passages import SourceText, find_passages
from services.voice.writing.passage_rows import rows_of
from services.voice.writing.request import Content
from tests.builders import story

EXAMPLES = sorted(Path("examples").glob("[sv]*/*.json"))
BODY = (
    "In maart kreeg de ploeg de nieuwe sluisdeur in Utrecht er na elf dagen weer in. "
    "“Ik heb de tekening drie keer nagemeten voor ik het geloofde”, zegt Fatima El Idrissi. "
    "De schipper voer als eerste door de sluis."
)
SAID = "Ik heb de tekening drie keer nagemeten voor ik het geloofde."


def read(path: Path) -> Content:
    told = json.loads(path.read_text())
    model = StoryApproved if path.parent.name == "stories" else VacancyOpened
    return model.model_validate(told.get("data", told))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_choice_of_what_was_found_changes_nothing_of_it(path: Path) -> None:
    """Speaker, lead-in and noun of a passage are the same once its text alone is kept."""
    content = read(path)
    found = find_passages(SourceText(content))
    every = (*found.chosen, *found.withheld)
    chosen = content.model_copy(update={"passages": tuple(each.text for each in every)})
    assert find_passages(SourceText(chosen)).chosen == every
    rows = rows_of(chosen)
    assert [row.passage for row in rows.used] == list(every)
    assert not rows.others
    assert not rows.sensitive
    assert not any(row.own or row.edits or row.unknown for row in rows.used)


def test_an_edited_quotation_keeps_its_speaker() -> None:
    """Shortened or changed, it stays the words of a person who said it, and no one else's."""
    shorter = "Ik heb de tekening drie keer nagemeten."
    content = story(body=BODY, passages=[SAID, shorter, "Ik was er zelf niet bij die dag in mei."])
    speakers = [each.speaker for each in find_passages(SourceText(content)).chosen]
    assert speakers == ["Fatima El Idrissi", "Fatima El Idrissi", ""]


def test_an_own_passage_may_be_sensitive_too() -> None:
    """Somebody's age is somebody's age, whoever wrote the sentence."""
    (row,) = rows_of(story(body=BODY, passages=["De schipper (84) stond aan het roer."])).used
    assert row.passage.sensitive == "age"
    assert row.own
    assert row.unknown == ("84", "stond", "roer")


def test_a_found_text_that_was_edited_is_not_offered_again() -> None:
    """Its row holds what the source says instead; one that was ticked off stays on offer."""
    first = find_passages(SourceText(story(body=BODY))).chosen[0].text
    edited = first.replace("elf", "twaalf")
    rows = rows_of(story(body=BODY), [(edited, True)])
    assert [row.edits for row in rows.used] == [first]
    assert first not in [row.text for row in (*rows.others, *rows.sensitive)]
    assert first in [row.text for row in rows_of(story(body=BODY), [(first, False)]).others]
