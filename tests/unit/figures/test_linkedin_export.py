"""LinkedIn's own analytics as a file: both kinds are read, and nothing else is taken for one."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Rejected
from services.figures.import_reach import UnknownWords, read_export

FIRST = "https://www.linkedin.com/feed/update/urn:li:activity:7406535690785632256"
SECOND = "https://www.linkedin.com/posts/anna_sluis-share-7406100249858990080-AbCd"

TOP_POSTS: list[list[object]] = [
    ["Maximum of 50 posts available to include in this list"],
    [],
    [
        "Post URL",
        "Post publish date",
        "Engagements",
        None,
        "Post URL",
        "Post Publish Date",
        "Impressions",
    ],
    [FIRST, "12/16/2025", 3, None, SECOND, "12/14/2025", "1,358"],
    [None, None, None, None, FIRST, "12/16/2025", 631],
]
ONE_POST: list[list[object]] = [
    ["Post URL", FIRST],
    ["Post Date", "Dec 16, 2025"],
    ["Impressions", "5,537"],
    ["Members reached", 2100],
    ["Reactions", 49],
    ["Comments", "7"],
    ["Reposts", 0],
    ["Engagement rate", "0.05"],
]


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(rows: list[list[object]], delimiter: str = ",") -> bytes:
    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return f'"{text}"' if delimiter in text else text

    return "\r\n".join(delimiter.join(map(cell, row)) for row in rows).encode("utf-8-sig")


def test_all_content_is_read_from_its_tables() -> None:
    """Tables that stand side by side are distinguished, and other sheets do no harm."""
    content = workbook(
        DISCOVERY=[["Overall Performance", "1/1/2025 - 12/31/2025"], ["Impressions", 9999]],
        ENGAGEMENT=[["Date", "Impressions"], ["12/16/2025", 12]],
        TOP_POSTS=TOP_POSTS,
        FOLLOWERS=[["Total followers on 12/31/2025", "1,204"], ["Date", "New followers"]],
    )
    export = read_export(content)
    assert export.posts == {SECOND: {"impressions": 1358}, FIRST: {"impressions": 631}}
    assert export.followers == 1204


def test_a_single_post_is_read_from_its_lines() -> None:
    """Every figure that we have a name for is taken; a rate is no count."""
    export = read_export(workbook(PERFORMANCE=ONE_POST, TOP_DEMOGRAPHICS=[["Category", "Value"]]))
    figures = {"impressions": 5537, "reach": 2100, "reactions": 49, "comments": 7, "reshares": 0}
    assert export.posts == {FIRST: figures}
    assert export.followers is None


@pytest.mark.parametrize("address", ["URL van bijdrage", "Post URL", "Adres", ""])
def test_an_export_in_dutch_reads_the_same(address: str) -> None:
    """Members download it in the language of their own pages; figures are known in Dutch too, and
    addresses below any heading."""
    top: list[list[object]] = [
        ["Maximaal 50 bijdragen"],
        [address, "Datum", "Interacties", None, address, "Datum", "Weergaven"],
        [FIRST, "16-12-2025", 3, None, SECOND, "14-12-2025", "1.358"],
        [None, None, None, None, FIRST, "16-12-2025", 631],
    ]
    one: list[list[object]] = [
        [address or "Bijdrage", FIRST],
        ["Weergaven", "5.537"],
        ["Bereikte leden:", 2100],
        ["Reacties", 49],
        ["Commentaren", "7"],
        ["Reposts", 0],
        ["Interactiepercentage", "0,05"],
    ]
    followers: list[list[object]] = [["Totaal aantal volgers op 31-12-2025:", "1.204"]]
    export = read_export(workbook(BIJDRAGEN=top, VOLGERS=followers))
    assert export.posts == {SECOND: {"impressions": 1358}, FIRST: {"impressions": 631}}
    assert export.followers == 1204
    figures = {"impressions": 5537, "reach": 2100, "reactions": 49, "comments": 7, "reshares": 0}
    assert read_export(table(one, ";")).posts == {FIRST: figures}


def test_unknown_headings_are_named() -> None:
    """A person who brings an export in another language reads which words were found in it."""
    top: list[list[object]] = [
        ["Liens vers les posts", "Date de publication", "Impressions du post"],
        [FIRST, "16/12/2025", 631],
    ]
    one: list[list[object]] = [["URL du post", FIRST], ["Membres touchés", 2100]]
    with pytest.raises(Rejected, match=r"but: Liens vers les posts, Date de publication, Impr"):
        read_export(workbook(S=top))
    with pytest.raises(Rejected, match=r"but: URL du post, Membres touchés$"):
        read_export(table(one))


def test_its_member_says_what_unknown_words_mean() -> None:
    """With their meanings given, the same file is read; only those of figures were asked about."""
    top: list[list[object]] = [
        ["Liens", "Date", "Interactions", "", "Liens", "Date", "Impressions du post"],
        [SECOND, "16/12/2025", 12, "", FIRST, "16/12/2025", 631],
    ]
    with pytest.raises(UnknownWords) as unknown:
        read_export(workbook(S=top))
    assert unknown.value.headings == ["Liens", "Date", "Interactions", "Impressions du post"]
    export = read_export(workbook(S=top), {"Impressions du post": "impressions"})
    assert export.posts == {FIRST: {"impressions": 631}}
    one: list[list[object]] = [["URL du post", FIRST], ["Membres touchés", 2100]]
    assert read_export(table(one), {"Membres touchés": "reach"}).posts == {FIRST: {"reach": 2100}}


def test_two_words_for_one_figure_are_refused() -> None:
    """One of them would be wrong, and no one could tell which."""
    one: list[list[object]] = [["URL", FIRST], ["Vues", 21], ["Clics", 3]]
    with pytest.raises(Rejected, match="said to be the same"):
        read_export(table(one), {"Vues": "reach", "Clics": "reach"})


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("rows", [TOP_POSTS, ONE_POST])
def test_a_sheet_saved_as_csv_reads_the_same(rows: list[list[object]], delimiter: str) -> None:
    """A sheet that was saved as CSV, with any separator of a spreadsheet, gives the same."""
    assert read_export(table(rows, delimiter)).posts == read_export(workbook(S=rows)).posts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_sheet_is_read_in_every_encoding_of_a_spreadsheet(encoding: str) -> None:
    """What Excel writes without being asked for UTF-8 is read too."""
    text = f"URL;{FIRST}\r\nCategorieën;België\r\nWeergaven;7\r\n"
    assert read_export(text.encode(encoding)).posts == {FIRST: {"impressions": 7}}


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no figures"),
        (b"a,b\r\n1,2", "no figures"),
        (b"<html><body>Sign in</body></html>", "no figures"),
        (b"\xff\xfe\x00", "neither XLSX nor CSV"),
        (b'a,"b', "neither XLSX nor CSV"),
        (b"PK\x03\x04 and nothing more", "no readable XLSX"),
        (_bomb(), "too large"),
        (workbook(S=[["Post URL", "Impressions"], ["javascript:alert(1)", 3]]), "no figures"),
        (workbook(S=[["Post URL", "Impressions"], [FIRST, -3], [FIRST, "n/a"]]), "no figures"),
    ],
)
def test_what_is_no_export_is_refused_in_a_sentence(content: bytes, fault: str) -> None:
    """Nothing is guessed from a file that is something else, broken, or a trap."""
    with pytest.raises(Rejected, match=fault) as refusal:
        read_export(content)
    assert refusal.value.remedy


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Every file ends in figures or a refusal."""
    with suppress(Rejected):
        assert read_export(content).posts


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(
            st.text(max_size=12) | st.sampled_from(["Post URL", "Impressions", FIRST, "7"]),
            max_size=6,
        ),
        max_size=12,
    )
)
def test_any_table_is_read_or_refused(rows: list[list[str]]) -> None:
    """Headings in odd places break nothing."""
    with suppress(Rejected):
        read_export(table([list(row) for row in rows]))
