"""People from a CSV file: every bad row is named, and a good file is read as it is meant."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from services.errors import Rejected
from services.identity import ambassador_id
from services.people.ambassador_row import COLUMNS, HEADINGS, NAME_PARTS, column_of
from services.people.import_ambassadors import Reading, read_ambassadors

HEADER = ",".join(COLUMNS)


def table(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines]).encode()


def faults(reading: Reading) -> list[tuple[int, str]]:
    return [(row.line, str(row.fault)) for row in reading.bad_rows]


def test_a_full_row_is_read() -> None:
    """Every column finds its place, lists included."""
    row = (
        "Anna@Example.org,Anna de Wit,Bouwkundige,Sluizen,beton; staal ;,Utrecht,nl,Europe/Brussels,"
        "u,2,long,2019,energie transitie; water,Engels;nl"
    )
    (anna,) = read_ambassadors(table(row)).ambassadors
    assert anna.id == ambassador_id("anna@example.ORG ")
    assert (anna.email, anna.name, anna.crafts) == (
        "anna@example.org",
        "Anna de Wit",
        ("beton", "staal"),
    )
    assert (anna.timezone, anna.address_form, anna.emoji) == ("Europe/Brussels", "u", 2)
    assert (anna.length, anna.since) == ("long", 2019)
    assert anna.topics == ("energie transitie", "water")
    assert anna.other_languages == ("en",)


def test_three_columns_are_enough_in_any_order() -> None:
    """What is absent gets its default; somebody who writes Dutch says "je"."""
    content = table("nl,Anna,a@e.org", "en,Ben,b@e.org", header="language,name,email")
    anna, ben = read_ambassadors(b"\xef\xbb\xbf" + content).ambassadors
    assert (anna.address_form, ben.address_form) == ("je", "")
    assert (anna.timezone, anna.length, anna.emoji, anna.since, anna.crafts) == (
        "Europe/Amsterdam",
        "medium",
        0,
        None,
        (),
    )


def test_english_has_no_form_of_address() -> None:
    """A form of address is a matter of Dutch."""
    (ben,) = read_ambassadors(
        table("b@e.org,Ben,en,u", header="email,name,language,address_form")
    ).ambassadors
    assert ben.address_form == ""


def test_quotes_commas_and_line_ends_inside_a_field_are_read() -> None:
    """A file as a spreadsheet writes it; line numbers are those of an editor."""
    reading = read_ambassadors(
        table(
            'a@e.org,"Wit, Anna ""de""",nl,"beton;\n staal"',
            "b@e.org,,nl,",
            "",
            "c@e.org,Cor,fr,",
            header="email,name,language,crafts",
        )
    )
    assert reading.ambassadors[0].name == 'Wit, Anna "de"'
    assert reading.ambassadors[0].crafts == ("beton", "staal")
    assert faults(reading) == [
        (4, "name is missing"),
        (6, "language has to be 'nl' or 'en'"),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",Anna,nl", "email is missing"),
        ("anna,Anna,nl", "email is not an e-mail address"),
        ("a b@e.org,Anna,nl", "email is not an e-mail address"),
        ("a\x00@e.org,Anna,nl", "email is not an e-mail address"),
        ("a@e.org,An\x00na,nl", "name holds control characters"),
        ("a@e.org,An\x1b[31mna,nl", "name holds control characters"),
        ('a@e.org,"An\nna",nl', "name holds control characters"),
        ("a@e.org,   ,nl", "name is empty"),
        (f"a@e.org,{'x' * 201},nl", "name is longer than 200 characters"),
        ("a@e.org,Anna,nl,,x", "it has more fields than the header"),
        ("a@e.org,Anna", "language is missing"),
        ("a@e.org,Anna,Frans", "language has to be 'nl' or 'en'"),
        (f"a@e.org,{'x' * 100_000},nl", "name is longer than 200 characters"),
    ],
)
def test_a_bad_row_is_named(row: str, fault: str) -> None:
    """The line and the field at fault are named, and the other rows are read."""
    reading = read_ambassadors(
        table("z@e.org,Zoë,nl", row, "y@e.org,Yme,nl", header="email,name,language")
    )
    assert [person.name for person in reading.ambassadors] == ["Zoë", "Yme"]
    ((line, said),) = faults(reading)
    assert said.startswith(fault)
    assert line == (4 if "\n" in row else 3)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("timezone", "Europe/Atlantis"),
        ("address_form", "jij"),
        ("emoji", "3"),
        ("emoji", "many"),
        ("length", "endless"),
        ("since", "1899"),
        ("since", "last year"),
        ("role", "a\x07b"),
        ("team", "x" * 201),
        ("crafts", ";".join(["beton"] * 51)),
        ("crafts", "be\x00ton"),
        ("region", "\x7f"),
    ],
)
def test_a_bad_value_names_its_column(column: str, value: str) -> None:
    """The sentence begins with the column."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(["email", "name", "language", column])
    writer.writerow(["a@e.org", "Anna", "nl", value])
    ((line, said),) = faults(read_ambassadors(content.getvalue().encode()))
    assert line == 2
    assert said.startswith(f"{column} ")


def test_a_duplicate_person_is_named_with_the_first_line() -> None:
    """Case and blanks do not make another person."""
    reading = read_ambassadors(
        table("a@e.org,Anna,nl", " A@E.ORG ,Anna,nl", header="email,name,language")
    )
    assert len(reading.ambassadors) == 1
    assert faults(reading) == [(3, "a@e.org stands on line 2 already")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"email;name;language\r\n", "a header and nobody"),
        (b"Adres|Naam", "the header lacks email, language"),
        (b"PK\x03\x04rest", "no readable XLSX"),
        (b"email,name,language\n\x81,\xff", "the file is not UTF-8 .byte 20"),
        (b"email,name\xff\x00", "the file is not UTF-8"),
        (table(header="email,name"), "the header lacks language"),
        (table(header="email,name,language,phone"), "the header has unknown columns: phone"),
        (table(header="email,name,language,email"), "the header names twice: email"),
        (table(header="email,naam,taal,Name"), "twice: name .in naam, Name"),
        (b"\xff\xfee\x00m\x00l", "the file is not UTF-8"),
        (table('a@e.org,"Anna,nl', header="email,name,language"), "line 2 is not CSV"),
        (b'email,"name', "line 1 is not CSV"),
        (
            table(f"a@e.org,{'x' * 200_000},nl", header="email,name,language"),
            "line 2 is not CSV: field larger than",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(content: bytes, sentence: str) -> None:
    """One sentence says what is wrong, and what to do."""
    with pytest.raises(Rejected, match=sentence) as caught:
        read_ambassadors(content)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        ('email;name;language;crafts\r\na@e.org;Zoë;nl;"beton;staal"\r\n'.encode(), ""),
        ('sep=;\r\nemail;name;language;crafts\r\na@e.org;Zoë;nl;"beton;staal"'.encode(), ""),
        ("EMAIL\tName\t Language \tcrafts\na@e.org\tZoë\tnl\tbeton;staal".encode("utf-16"), ""),
        ("\ufeffEmail,Name,Language,Crafts\na@e.org,Zoë,nl,beton;staal\n,,,\n".encode(), ""),
        (
            'email;name;language;crafts\na@e.org;Zoë;nl;"beton;staal"'.encode("cp1252"),
            "Windows-1252",
        ),
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(content: bytes, guessed: str) -> None:
    """Separators, capitals, a first line that names the separator, and encodings of Excel."""
    reading = read_ambassadors(content)
    (zoe,) = reading.ambassadors
    assert (zoe.email, zoe.name, zoe.crafts) == ("a@e.org", "Zoë", ("beton", "staal"))
    assert (reading.bad_rows, reading.guessed_encoding) == ([], guessed)


HEAD = "email;name;language;since"
ROW = "a@e.org;Zoë;nl;2019"


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD};;\r\n{ROW};;\r\n".encode(),
        f"{HEAD}\n{ROW};;;\n".encode(),
        f"email;;name;language;since\n{ROW.replace(';', ';;', 1)}\n".encode(),
        f'"sep=;"\r\n{HEAD}\r\n{ROW}\r\n'.encode(),
        f"sep=; \r\n{HEAD}\r\n{ROW}\r\n".encode(),
        f"SEP=;;;;\r\n{HEAD}\r\n{ROW}\r\n".encode(),
        f"\ufeffsep=;\r\n{HEAD}\r\n{ROW}\r\n".encode(),
        f"sep=;\r{HEAD}\r{ROW}\r".encode(),
        f"sep=|\n{HEAD}\n{ROW}\n".replace(";", "|").encode(),
        f"\r\n;;;\r\n{HEAD}\r\n{ROW}\r\n".encode(),
        f"{HEAD}\n{ROW}\n\x1a".encode(),
        f"{HEAD}\n{ROW}\n\x1a\r\n".encode(),
        f"{HEAD}\n{ROW}\n\x1a{chr(0) * 20}".encode(),
        f"{HEAD}\n{ROW}\n".replace(";", "|").encode(),
        f"sep = ;\n{HEAD}\n{ROW}\n".encode(),
        f"Medewerkers, vestiging Ede;;;\n\n{HEAD}\n{ROW}\n".encode(),
        f"# of today, yesterday, and before\n{HEAD}\n{ROW}\n".encode(),
        *(
            f"{HEAD}\n{ROW.replace('nl', language)}\n".encode()
            for language in ("nl-NL", "nl_BE", "NLD", "Dutch (Netherlands)")
        ),
        f"{HEAD}\n{ROW}\n".encode("utf-16-le"),
        f"{HEAD}\n{ROW}\n".encode("utf-16-be"),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        *(
            f"{HEAD}\n{ROW.replace('2019', since)}\n".encode()
            for since in (
                *("2019-03-01 00:00:00", "2019-03-01T00:00:00.000Z", "1-3-2019 0:00", "01-03-19"),
                *("1 maart 2019", "Mar 1, 2019", "1-mrt-2019", "3/1/2019", "2019/03/01", "43525"),
                *("01-mrt-19", "mrt-19", "Mar-19", "vrijdag 1 maart 2019", "Fri Mar 01 2019"),
                *("2019-03-01+01:00", "43525,0", "43525.75"),
                *("2019.0", "20190301", "03-2019", "2019-03", "maart 2019", "1.3.2019", " 2019 "),
            )
        ),
    ],
)
def test_a_table_may_be_dressed_in_any_way(content: bytes) -> None:
    """Empty columns, the separator named in any form, days as programs write them, old ends."""
    reading = read_ambassadors(content)
    assert reading.bad_rows == []
    (zoe,) = reading.ambassadors
    assert (zoe.email, zoe.name, zoe.since) == ("a@e.org", "Zoë", 2019)


@pytest.mark.parametrize("since", ["about 2019", "2019 euro's 3", "31", "99999", "12:30", "19-3"])
def test_what_is_no_day_is_a_fault(since: str) -> None:
    """The column is named."""
    ((line, fault),) = faults(read_ambassadors(f"{HEAD}\na@e.org;A;nl;{since}\n".encode()))
    assert line == 2
    assert fault.startswith("since ")


def test_a_workbook_is_read() -> None:
    """Of an XLSX file the first sheet with a header, with its days, numbers and lines in a cell."""
    book = Workbook()
    book.worksheets[0].append(["How to fill this in"])
    sheet = book.create_sheet("Mensen")
    sheet.append(["Of this year"])
    sheet.append(["E-mail", "Naam", "Taal", "In dienst sinds", "Emoji", None])
    sheet.append(["A@e.org", "Zoë_x000D_\nVos", "Nederlands", datetime(2019, 3, 1), 1.0, None])  # noqa: DTZ001
    sheet.append([None, None, None, None, None, None])
    sheet.append(["b@e.org", "Ben", "klingon", 2015, 0, None])
    file = io.BytesIO()
    book.save(file)
    reading = read_ambassadors(file.getvalue())
    (zoe,) = reading.ambassadors
    assert (zoe.email, zoe.name, zoe.since, zoe.emoji) == ("a@e.org", "Zoë Vos", 2019, 1)
    assert [line for line, _ in faults(reading)] == [5]


def test_a_dutch_table_is_read() -> None:
    """Its headings, its words for a language and its days are understood."""
    header = "E-mail;Naam;Taal;Functie;Afdeling;Vak;Regio;In dienst sinds"
    anna, ben, cor = read_ambassadors(
        table(
            'a@e.org;Anna;Nederlands;Bouwkundige;Sluizen;"beton;staal";Utrecht;01-03-2012',
            "b@e.org;Ben;ENGLISH;;;;;2012-03-01",
            "c@e.org;Cor;NL;;;;;2015",
            header=header,
        )
    ).ambassadors
    assert (anna.language, anna.role, anna.team) == ("nl", "Bouwkundige", "Sluizen")
    assert (anna.crafts, anna.region, anna.since) == (("beton", "staal"), "Utrecht", 2012)
    assert (ben.language, ben.since, cor.language, cor.since) == ("en", 2012, "nl", 2015)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_heading_may_be_written_in_any_way(column: str) -> None:
    """Case, blanks and signs make no other column."""
    assert column_of(f" {column.replace('_', ' ').title()}: ") == column


def test_every_guess_would_be_understood() -> None:
    """Every heading that a guess names is that of a column, and each column has one."""
    assert {column_of(heading) for heading in HEADINGS} == {*COLUMNS, *NAME_PARTS}


@pytest.mark.parametrize(
    ("header", "guess"),
    [
        ("emial;name;language", 'Did you mean "email" by "emial"?'),
        ("email;Naem;taal", 'Did you mean "name" by "Naem"?'),
        ("email;naam;taal;Functei;Loon", 'Did you mean "functie" by "Functei"?'),
    ],
)
def test_a_guess_names_the_heading_it_is_about(header: str, guess: str) -> None:
    """A person who has several unknown headings reads which one is meant."""
    with pytest.raises(Rejected) as caught:
        read_ambassadors(table("a@e.org;Anna;nl", header=header))
    assert guess in str(caught.value.remedy)
    assert str(caught.value.remedy).count("Did you mean") == 1


def test_lines_are_counted_as_an_editor_does() -> None:
    """A first line that names the separator counts."""
    content = b"sep=;\nemail;name;language\na@e.org;Anna;nl\nb@e.org;Ben;xx\n"
    assert [row.line for row in read_ambassadors(content).bad_rows] == [4]


@settings(max_examples=60)
@given(
    rows=st.lists(st.lists(st.text(max_size=12), max_size=13), max_size=4),
    junk=st.binary(max_size=60),
)
def test_no_file_does_more_than_be_refused(rows: list[list[str]], junk: bytes) -> None:
    """Any bytes are people, named faults, or one refusal."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    raw = content.getvalue().encode("utf-8", "surrogatepass")
    for each in (junk, HEADER.encode() + b"\n" + junk, raw, raw + junk):
        try:
            reading = read_ambassadors(each)
        except Rejected:
            continue
        for row in reading.bad_rows:
            assert row.line >= 2
            assert row.fault


def test_a_language_that_zwaan_does_not_write_is_a_fault() -> None:
    """Other languages are those that there are texts in; the fault names the column."""
    reading = read_ambassadors(
        table("a@example.org,A,nl,Klingon", header="email,name,language,other_languages")
    )
    assert [line for line, _ in faults(reading)] == [2]
    assert faults(reading)[0][1].startswith("other_languages ")


def test_headings_for_topics_and_languages_are_understood() -> None:
    """Also in Dutch, with an apostrophe and a blank."""
    header = "e-mail,naam,taal,Thema's,Andere talen"
    (person,) = read_ambassadors(
        table("a@example.org,A,nl,data;water,Engels", header=header)
    ).ambassadors
    assert (person.topics, person.other_languages) == (("data", "water"), ("en",))


def test_a_name_in_parts_is_one_name() -> None:
    content = table(
        "Anna,de,Wit,anna@example.org,nl",
        "Bram,,Vos,bram@example.org,nl",
        header="Voornaam,Tussenvoegsel,Achternaam,E-mail,Taal",
    )
    reading = read_ambassadors(content)
    assert [person.name for person in reading.ambassadors] == ["Anna de Wit", "Bram Vos"]
    assert not reading.bad_rows


def test_a_full_name_counts_before_its_parts() -> None:
    content = table(
        "A. de Wit,Anna,Wit,anna@example.org,nl", header="name,First name,Surname,email,language"
    )
    assert [person.name for person in read_ambassadors(content).ambassadors] == ["A. de Wit"]


def test_a_first_name_alone_is_no_name() -> None:
    with pytest.raises(Rejected, match="the header lacks name"):
        read_ambassadors(table("Anna,anna@example.org,nl", header="Voornaam,E-mail,Taal"))
