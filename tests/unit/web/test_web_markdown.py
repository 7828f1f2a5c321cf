"""A story's Markdown on its public page."""

from __future__ import annotations

import pytest

from services.web.rendering import markdown


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("Kijk ![een sluis](https://e.org/a.png)hier!", "<p>Kijk hier!</p>\n"),
        ("Kijk ![sluis](de sluis (1).png)hier!", "<p>Kijk hier!</p>\n"),
        ("Kijk ![[sluis.png]]hier ![x", "<p>Kijk hier ![x</p>\n"),
        ("[![sluis](a.png)](https://e.org) Hier", "<p> Hier</p>\n"),
        ("~~weg~~ `![a](b c)`", "<p><s>weg</s> <code>![a](b c)</code></p>\n"),
        ("Vec<T> telt\n\n<T> ook", "<p>Vec&lt;T&gt; telt</p>\n<p>&lt;T&gt; ook</p>\n"),
        ("a <script>let x;</script>b<style>x{}</style>", "<p>a b</p>\n"),
        ("een<br>twee", "<p>een<br />\ntwee</p>\n"),
        ('<p title="a > b">Een</p><p>Twee</p>', "<p>Een</p>\n<p>Twee</p>\n"),
        (
            "<table>\n<tr><td>Uren</td><td>36</td></tr>\n\n<tr><td>Stad</td><td>Ede</td></tr></table>",
            "<p>Uren: 36</p>\n<p>Stad: Ede</p>\n",
        ),
        ("<div>\n\n*Kop*\n\n</div>", "<p><em>Kop</em></p>\n"),
    ],
)
def test_html_and_images_leave_only_their_text(source: str, page: str) -> None:
    """No sign of an image or a tag stays behind, and no words are glued."""
    assert markdown(source) == page
