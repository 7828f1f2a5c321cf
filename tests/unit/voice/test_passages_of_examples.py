"""What is found in each of our examples, so that a change of rules shows.

``python -m tests.unit.voice.test_passages_of_examples`` writes the file anew; read it then.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.voice.passages import Passage, SourceText, find_passages
from tests.unit.voice.sources import EXAMPLES, content_of

_EXPECTED = Path(__file__).parent / "passages_of_examples"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_these_passages(path: Path) -> None:
    """Best first, and then what an editor has to tick."""
    assert told(path) == (_EXPECTED / f"{path.stem}.txt").read_text(encoding="utf-8")


def told(path: Path) -> str:
    """A passage a paragraph: what is known of it, and its words."""
    found = find_passages(SourceText(content_of(path)))
    lines = [_told("chosen", each) for each in found.chosen]
    lines += [_told("withheld", each) for each in found.withheld]
    return "\n".join(lines)


def _told(kept: str, passage: Passage) -> str:
    known = {
        "speaker": passage.speaker,
        "narrator": passage.narrator,
        "noun": passage.noun,
        "sensitive": passage.sensitive,
    }
    signs = ", ".join(f"{name}: {value}" for name, value in known.items() if value)
    return f"[{kept} {passage.start}; {signs}]\n{passage.text}\n"


if __name__ == "__main__":
    _EXPECTED.mkdir(exist_ok=True)
    for example in EXAMPLES:
        (_EXPECTED / f"{example.stem}.txt").write_text(told(example), encoding="utf-8")
