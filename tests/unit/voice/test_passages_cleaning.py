"""What of a source is prose, whatever it was written in."""

from __future__ import annotations

import pytest

from tests.unit.voice.sources import cleaned, story, vacancy


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("ZWOLLE – De brug ging open.", "De brug ging open."),
        ("Rijsbergen, 12 mei 2026 – De tunnel is open.", "De tunnel is open."),
        ("LEEDS, 4 March 2026 — Trains were late.", "Trains were late."),
        ("(Utrecht, 3 mei) De trein stond stil.", "De trein stond stil."),
        ("'s-Hertogenbosch, 3 mei 2026 - De sluis lekte.", "De sluis lekte."),
        # No dateline: somebody, and what he is.
        (
            "Fatima – monteur in Hengelo – vond de fout.",
            "Fatima – monteur in Hengelo – vond de fout.",
        ),
    ],
)
def test_a_dateline_is_taken_off(body: str, kept: str) -> None:
    """A paragraph begins after its place and date, and nowhere else."""
    assert cleaned(story(body)) == kept


@pytest.mark.parametrize(
    "left_out",
    [
        "# Wat er misging",
        "Wat er misging",
        "**Wat er misging**",
        "- een punt van een lijst.",
        "• een punt van een lijst.",
        "1. Een punt van een lijst.",
        "05:31 – De chauffeur meldt de balk.",
        "| een | tabel |\n|---|---|\n| met | cellen. |",
        "```\nprint('code.')\n```",
        "Foto: De brug bij avond. Gemaakt door Jan Bos.",
        "Beste collega's,",
        "Door: Jan Bos",
        "PERSBERICHT",
        "Datum: 3 mei 2026.",
        "<figure><img src='x'><figcaption>De brug bij avond.</figcaption></figure>",
        "<script>alert('De brug.')</script>",
        "---",
    ],
)
def test_what_is_no_prose_is_left_out(left_out: str) -> None:
    """Headings, items, captions, bylines, salutations, tables and code are no paragraphs."""
    body = f"De brug ging open.\n\n{left_out}\n\nEr stond een kraan op."
    assert cleaned(story(body)) == "De brug ging open.\nEr stond een kraan op."


@pytest.mark.parametrize(
    "ending",
    [
        "Noot voor de redactie",
        "**Noot voor de redactie (niet voor publicatie):**",
        "EINDE PERSBERICHT",
        "--- EINDE PERSBERICHT ---",
        "-ENDS-",
        "Notes to editors",
        "Voor meer informatie: bel Anja Smits.",
        "Met vriendelijke groet,",
    ],
)
def test_nothing_is_read_after_the_end(ending: str) -> None:
    """What is after notes to editors or a greeting is not for readers."""
    language = "en" if ending in ("-ENDS-", "Notes to editors") else "nl"
    body = f"De brug ging open.\n\n{ending}\n\nDe stichting bestaat sinds 1931."
    assert cleaned(story(body, language=language)) == "De brug ging open."


def test_a_closed_part_ends_at_the_next_heading() -> None:
    """What is asked is left out, and the story goes on after it."""
    text = (
        "<h2>Het werk</h2><p>Je telt gazen.</p><h2>Wat vragen wij?</h2><p>Een goed humeur.</p>"
        "<h2>De afdeling</h2><p>Er zijn elf kamers.</p>"
    )
    assert cleaned(vacancy(text)) == "Je telt gazen.\nEr zijn elf kamers."


def test_wrapped_lines_are_joined_and_short_ones_are_not() -> None:
    """A line that was wrapped goes on; one that breaks off before the margin is a heading."""
    body = (
        "Wat er misging\n"
        "Op de tekening lag een kabel uit 1974 met een mantel van lood, en in\n"
        "de sleuf lag er een uit 1981 met een mantel van kunststof."
    )
    assert cleaned(story(body)) == (
        "Op de tekening lag een kabel uit 1974 met een mantel van lood, en in"
        " de sleuf lag er een uit 1981 met een mantel van kunststof."
    )


def test_html_and_markdown_say_the_same() -> None:
    """Entities, line breaks, nested blocks and inline marks leave the words alone."""
    html = "<div><p>De <b>brug</b> &amp; de sluis<br>gingen open.</p><div>Om&nbsp;vier uur.</div></div>"
    markdown = "De **brug** &amp; de sluis\ngingen open.\n\nOm [vier](https://example.org) uur."
    assert cleaned(story(html)) == cleaned(story(markdown))


def test_questions_and_answers_lose_their_letters() -> None:
    """ "Q:" and "A:" are no words of anybody."""
    body = "Q: Why did you stop?\n\nA: The pump had no oil.\n\nQ: And you?\n\nA: We went home."
    assert cleaned(story(body, language="en")) == "The pump had no oil.\nWe went home."


def test_two_line_breaks_end_a_paragraph() -> None:
    """Pasted pages put breaks where paragraphs were meant."""
    body = "<p>De brug ging open.<br><br>Er stond een<br>kraan op.</p>"
    assert cleaned(story(body)) == "De brug ging open.\nEr stond een kraan op."
