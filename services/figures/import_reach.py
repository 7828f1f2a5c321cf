"""A member brings their own figures from LinkedIn: their download is read, and its figures are stated.

LinkedIn shows self-serve members their statistics and keeps them from their applications, so that
the member's own download is the only honest source: XLSX, or the same sheets as CSV.

Two files exist (observed; LinkedIn documents neither). The analytics of all content have a sheet
with tables side by side, each with a column of addresses and one figure; those of a single post
have lines of a label and a value, the post's address among them. Figures are found by their words,
addresses by what they are, so that the heading over those needs no word.

LinkedIn writes an export in the language of the member's pages and documents none of its words.
Sure, seen in members' own files: all of the English. In Dutch the export of a *company's* page is
known (sheets "Alle bijdragen" and "Nieuwe volgers"): its figures are called weergaven, reacties,
commentaren, reposts and totaal aantal volgers. No member's file in Dutch has been seen: "bereikte
leden" is what the page beside it says, by the account of one program that reads it, and what follows
the first Dutch word in a line below is plausible and no more. A member whose file has other words
chooses their meaning.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType

from services.database.engine import Database
from services.database.record import record
from services.errors import Rejected
from services.events.outgoing import ReachMeasured
from services.events.statement import Statement, state
from services.figures.rules.estimate import FollowerCount
from services.figures.store import figures
from services.message import Message, message
from services.post import Post
from services.posts.store import posts
from services.text.normal_form import printable
from services.text.spreadsheet import SIGNATURE, read_sheets, read_spreadsheet_text
from services.text.web_address import moment_of_post, numbers_in

#: Our metric → LinkedIn's words for it, English first.
_WORDS = {
    "impressions": ("impressions", "weergaven", "vertoningen", "impressies"),
    "reach": ("members reached", "bereikte leden", "leden bereikt", "aantal bereikte leden"),
    "reactions": ("reactions", "reacties"),
    "comments": ("comments", "commentaren", "opmerkingen"),
    "reshares": ("reposts", "herpublicaties", "keer gerepost"),
}
#: What a member may say that a heading means.
METRICS = tuple(_WORDS)
_METRICS = {word: metric for metric, words in _WORDS.items() for word in words}

#: A date follows on the same line.
_FOLLOWERS = ("total followers", "totaal aantal volgers", "totaal volgers", "volgers in totaal")


def metric_of(words: str, meanings: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Our metric for a heading or label; None for any other words.

    ``meanings`` are more words with their metrics, as the member chose them.
    """
    return _METRICS.get(_plain(words)) or meanings.get(words)


def is_followers(words: str) -> bool:
    """Whether a label belongs to the number of all followers."""
    return _plain(words).startswith(_FOLLOWERS)


def _plain(words: str) -> str:
    """Without case, blanks to spare, and the colon behind a label."""
    return " ".join(words.casefold().removesuffix(":").split())


#: LinkedIn lists 50 posts; a year of days is the longest sheet.
_MOST_ROWS, _MOST_COLUMNS = 5_000, 50
_NO_EXPORT = message(
    "do.download-export",
    "Download your analytics from LinkedIn, with LinkedIn in Dutch or English, as XLSX or CSV.",
)
#: Of what a file says about itself: enough to tell which file, and in which language, it is.
_MOST_HEADINGS, _LONGEST_HEADING = 8, 40
#: Of what its member is asked about.
_MOST_CHOICES, _LONGEST_CHOICE = 20, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """``posts``: figures by our metric names, by the address of a post. ``followers`` None: not
    in this file."""

    posts: Mapping[str, Mapping[str, int]]
    followers: int | None = None


class UnknownWords(Rejected):
    """Addresses of posts and figures, but no word that we know; ``headings`` are those it has."""

    def __init__(self, words: Message, *, headings: Sequence[str]) -> None:
        remedy = message("do.name-headings", "Say below what they are, and choose the file again.")
        super().__init__(words, remedy=remedy)
        self.headings = headings


def read_export(content: bytes, meanings: Mapping[str, str] = MappingProxyType({})) -> Export:
    """``meanings`` are words with our metrics, for an export in words that we do not know.

    Raises UnknownWords for such a one, and Rejected for a file that is no export, both with the
    headings that it has.
    """
    if len(set(meanings.values())) < len(meanings):
        raise Rejected(
            message("export.same-headings", "two headings were said to be the same"),
            remedy=message("do.choose-each-figure-once", "Choose each figure once."),
        )
    posts: dict[str, dict[str, int]] = {}
    has_addresses = False
    headings: dict[str, None] = {}
    followers = None
    for sheet in _sheets(content):
        for address, metric, value in _figures(sheet, meanings):
            posts.setdefault(address, {})[metric] = value
        followers = _followers(sheet) if followers is None else followers
        headings |= dict.fromkeys(_headings(sheet))
        has_addresses = has_addresses or any(_is_address(cell) for row in sheet for cell in row)
    if not posts:
        named = list(headings)
        if has_addresses and (choices := [word for word in named if _may_be_chosen(word)]):
            raise UnknownWords(_without_figures(named), headings=choices[:_MOST_CHOICES])
        raise Rejected(_without_figures(named), remedy=_NO_EXPORT)
    return Export(posts=posts, followers=followers)


_Row = Sequence[str]


def _figures(sheet: Sequence[_Row], meanings: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    yield from _of_one_post(sheet, meanings)
    columns: Mapping[int, str] = {}
    tables: list[tuple[int, int, str]] = []  # the columns of address and figure, and its metric
    for row in sheet:
        addresses = [place for place, cell in enumerate(row) if _is_address(cell)]
        if not addresses:
            if named := _columns(row, meanings):
                columns, tables = named, []
            continue
        tables = tables or _tables(addresses, columns)
        for address_at, figure_at, metric in tables:
            if figure_at < len(row) and _is_address(row[address_at]):
                value = _number(row[figure_at])
                if value is not None:
                    yield row[address_at], metric, value


def _columns(row: _Row, meanings: Mapping[str, str]) -> dict[int, str]:
    """The metrics that a line of headings names, by their columns."""
    return {
        place: metric for place, cell in enumerate(row) if (metric := metric_of(cell, meanings))
    }


def _tables(addresses: Sequence[int], columns: Mapping[int, str]) -> list[tuple[int, int, str]]:
    """In a table's first line: each figure belongs to the nearest address on its left."""
    return [
        (max(before), figure_at, metric)
        for figure_at, metric in columns.items()
        if (before := [place for place in addresses if place < figure_at])
    ]


def _of_one_post(
    sheet: Sequence[_Row], meanings: Mapping[str, str]
) -> Iterator[tuple[str, str, int]]:
    address = ""
    for row in sheet:
        if len(row) < 2 or _is_address(row[0]):
            continue
        if row[0] and _is_address(row[1]):
            address = row[1]
        elif (
            address
            and (metric := metric_of(row[0], meanings))
            and (value := _number(row[1])) is not None
        ):
            yield address, metric, value


def _headings(sheet: Sequence[_Row]) -> Iterator[str]:
    """The words above a table's first line, or before each value."""
    above: _Row = ()
    for row in sheet:
        filled = [cell for cell in row if cell]
        if any(map(_is_value, filled)):
            yield from (cell for cell in above if cell)
            yield from (cell for cell in filled[:1] if not _is_value(cell))
            above = ()
        elif len(filled) > 1:
            above = row


def _may_be_chosen(heading: str) -> bool:
    """Whether it can go to a form and come back as it was."""
    return len(heading) <= _LONGEST_CHOICE and printable(heading) == heading and "\n" not in heading


def _is_value(cell: str) -> bool:
    return _is_address(cell) or cell[:1].isdigit()


def _without_figures(headings: Sequence[str]) -> Message:
    if not headings:
        return message("export.no-figures", "this file holds no figures of posts on LinkedIn")
    shown = (" ".join(printable(each).split()) for each in headings[:_MOST_HEADINGS])
    return message(
        "export.other-headings",
        "this file holds no figures of posts on LinkedIn, but: {named}",
        named=tuple(each[:_LONGEST_HEADING] for each in shown),
    )


def _is_address(cell: str) -> bool:
    return cell.startswith("https://")


def _followers(sheet: Sequence[_Row]) -> int | None:
    for row in sheet:
        if len(row) > 1 and is_followers(row[0]):
            return _number(row[1])
    return None


# The thousands of "5,537" and "5.537" are set apart; "0.05" is a rate and no count.
_COUNT = re.compile(r"\d{1,12}|\d{1,3}(?:[,.\u00a0\u202f ]\d{3}){1,3}")


def _number(cell: str) -> int | None:
    return int(re.sub(r"\D", "", cell)) if _COUNT.fullmatch(cell) and cell.isascii() else None


def _sheets(content: bytes) -> Iterator[list[_Row]]:
    if content.startswith(SIGNATURE):
        try:
            yield from read_sheets(content, rows=_MOST_ROWS, columns=_MOST_COLUMNS)
        except Rejected as fault:
            raise Rejected(fault.message, remedy=_NO_EXPORT) from fault
        return
    try:
        text = read_spreadsheet_text(content).text
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        yield _tidy(rows)
    except (Rejected, csv.Error) as error:
        raise Rejected(
            message("export.no-table", "this file is neither XLSX nor CSV"), remedy=_NO_EXPORT
        ) from error


def _delimiter(text: str) -> str:
    head = text[:10_000]
    return max(",;\t", key=head.count)


def _tidy(rows: Iterable[Sequence[object]]) -> list[_Row]:
    return [
        ["" if cell is None else str(cell).strip() for cell in islice(row, _MOST_COLUMNS)]
        for row in islice(rows, _MOST_ROWS)
    ]


NETWORK = "linkedin"
SOURCE = "LinkedIn's own analytics, imported by the member"

#: The numbers of one post (share, activity) are made within this.
_SAME_POST = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """``posts`` got figures; ``others`` are posts in the file that did not come from here."""

    posts: int
    others: int


async def import_reach(
    database: Database, export: Export, *, ambassador_id: str, estimated: bool, now: datetime
) -> Imported:
    """State the figures of this person's own posts; the other posts in the file are not kept.

    ``estimated``: whether the organisation estimates reach on LinkedIn, so that it is of use how
    many follow this person.
    """
    async with database.write() as transaction:
        own = await posts.shared_by(transaction, ambassador_id, NETWORK)
        matched = match(export.posts, own)
        statements = [
            statement
            for address, post in matched.items()
            for statement in _statements(post, export.posts[address], now)
        ]
        if estimated and export.followers is not None:
            count = FollowerCount(followers=export.followers, source=SOURCE, counted_at=now)
            await figures.save_followers(transaction, ambassador_id, NETWORK, count)
        result = Imported(posts=len(matched), others=len(export.posts) - len(matched))
        await record(
            transaction,
            "reach.imported",
            ambassador_id,
            *statements,
            actor=ambassador_id,
            now=now,
            network=NETWORK,
            posts=result.posts,
            figures=len(statements),
        )
    return result


def match(addresses: Iterable[str], own: Sequence[Post]) -> dict[str, Post]:
    """Which address in the file is which of one's own posts; what is not certain is left out.

    By the number, or by the moment in it: the file names an activity where we know the share.
    """
    known = {post.id: _numbers(post) for post in own}
    found: dict[str, list[Post]] = {
        address: [post for post in own if _is_same(numbers_in(address), known[post.id])]
        for address in addresses
    }
    taken = [candidates[0].id for candidates in found.values() if len(candidates) == 1]
    return {
        address: candidates[0]
        for address, candidates in found.items()
        if len(candidates) == 1 and taken.count(candidates[0].id) == 1
    }


def _numbers(post: Post) -> frozenset[str]:
    return numbers_in(f"{post.external_id or ''} {post.external_url or ''}")


def _is_same(these: frozenset[str], those: frozenset[str]) -> bool:
    return bool(these & those) or any(
        abs(moment_of_post(this) - moment_of_post(that)) <= _SAME_POST
        for this in these
        for that in those
    )


def _statements(post: Post, metrics: Mapping[str, int], now: datetime) -> list[Statement]:
    return [
        state(
            ReachMeasured(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                metric=metric,
                tag="measured",
                value=value,
                source=SOURCE,
                measured_at=now,
            ),
            at=now,
            cause=f"{metric} imported {now.isoformat()}",
        )
        for metric, value in sorted(metrics.items())
    ]
