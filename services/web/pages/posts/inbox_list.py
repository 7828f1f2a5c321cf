"""The inbox: one post in front, the place of its story among those that wait, and a row for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import HTTPException

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.figures.store import figures
from services.post import Post, PostState
from services.posts.store import posts
from services.web.pages.posts.inbox_cards import Card, Reader, Typed, read_card, read_reader
from services.web.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A post in a list; ``people`` is how many clicked its link."""

    post: Post
    title: str
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """``tabs`` are the posts about the same story, one a network. Of the stories that wait it is the
    ``place``-th of ``waiting``, 0: it does not wait; ``before`` and ``after`` are beside it, and
    ``next`` is where to go on after a decision."""

    card: Card
    tabs: Sequence[Post]
    place: int
    waiting: int
    before: InboxRow | None
    after: InboxRow | None
    next: InboxRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """``others`` wait too, ``trouble`` needs a look, ``under_way`` needs nothing."""

    reader: Reader
    front: Front | None
    others: Sequence[InboxRow]
    trouble: Sequence[InboxRow]
    under_way: Sequence[InboxRow]
    published: Sequence[InboxRow]
    aside: Sequence[InboxRow]


_SECTIONS: Mapping[PostState, str] = {
    PostState.FAILED: "trouble",
    PostState.UNKNOWN: "trouble",
    PostState.APPROVED: "under_way",
    PostState.PUBLISHING: "under_way",
    PostState.PUBLISHED: "published",
    PostState.SHARED: "published",
    PostState.DECLINED: "aside",
    PostState.CANCELLED: "aside",
}


async def read_inbox(
    transaction: Transaction, view: View, *, chosen: str = "", typed: Typed | None = None
) -> Inbox:
    """With the ``chosen`` post in front, or that with which it is best to begin.

    Raises 404 for a post of another person, as for one that does not exist.
    """
    found = await posts.of_ambassador(transaction, view.me.id)
    if chosen and all(post.id != chosen for post in found):
        old = await posts.get(transaction, chosen)
        if old is None or old.ambassador_id != view.me.id:
            raise HTTPException(404)
        found.append(old)
    about = sorted({post.campaign_id for post in found})
    reader = await read_reader(transaction, view.me.id, about)
    rows = await _rows(transaction, found, about)
    stories = _waiting(view, reader, rows)
    by_id = {row.post.id: row for row in rows}
    sections: dict[str, list[InboxRow]] = {name: [] for name in _SECTIONS.values()}
    for row in rows:
        if row.post.state in _SECTIONS:
            sections[_SECTIONS[row.post.state]].append(row)
    first = [*stories, *sections["trouble"], *sections["under_way"]]
    shown = by_id.get(chosen) or next(iter(first), None)
    front = None
    if shown is not None:
        card = await read_card(transaction, view, shown.post, typed, reader=reader)
        front = _front(card, rows, stories)
        sections = {
            name: [row for row in listed if row is not shown] for name, listed in sections.items()
        }
    others = [row for row in stories if shown is None or not _same_story(row, shown)]
    return Inbox(reader=reader, front=front, others=others, **sections)


def _front(card: Card, rows: Sequence[InboxRow], stories: Sequence[InboxRow]) -> Front:
    own = card.post.campaign_id
    places = [place for place, row in enumerate(stories) if row.post.campaign_id == own]
    at = places[0] if places else -1
    others = [row for row in (*stories[at + 1 :], *stories) if row.post.campaign_id != own]
    return Front(
        card=card,
        tabs=sorted(
            (row.post for row in rows if row.post.campaign_id == own), key=lambda post: post.network
        ),
        place=at + 1,
        waiting=len(stories),
        before=stories[at - 1] if at > 0 else None,
        after=stories[at + 1] if at + 1 < len(stories) else None,
        next=others[0] if others else None,
    )


def _same_story(one: InboxRow, other: InboxRow) -> bool:
    return one.post.campaign_id == other.post.campaign_id


async def _rows(
    transaction: Transaction, found: Sequence[Post], about: Sequence[str]
) -> list[InboxRow]:
    titles = await campaigns.titles(transaction, about)
    out = [post.link_code for post in found if _SECTIONS.get(post.state) == "published"]
    clicks = await figures.clicks_by_code(transaction, out)
    return [
        InboxRow(
            post=post,
            title=titles[post.campaign_id],
            people=clicks.get(post.link_code, {}).get("human", 0),
        )
        for post in found
    ]


def _waiting(view: View, reader: Reader, rows: Sequence[InboxRow]) -> list[InboxRow]:
    """One post of each story that waits: the best match first, of equal ones the newest; of a story
    the post for a network that the person can share on with one tap."""
    waiting = [row for row in rows if row.post.state is PostState.READY]
    usable = set(reader.accounts) & set(view.parts.networks)
    stories: dict[str, list[InboxRow]] = {}
    for row in waiting:
        stories.setdefault(row.post.campaign_id, []).append(row)
    best = [
        min(about, key=lambda row: (row.post.network not in usable, row.post.network))
        for about in stories.values()
    ]
    score = {campaign: each.score for campaign, each in reader.invited.items()}
    # Stable: they come newest first.
    return sorted(best, key=lambda row: -score.get(row.post.campaign_id, 0))
