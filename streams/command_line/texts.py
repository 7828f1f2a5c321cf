"""``zwaan compose`` and ``zwaan preview``: texts, without touching any state."""

from __future__ import annotations

import asyncio
import codecs
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from services.accounts.rules import OURS
from services.campaigns.rules.matching import Content, source_of
from services.campaigns.rules.selection import select_audience
from services.campaigns.start_campaign import seed_of
from services.database.engine import Database
from services.database.migrate import is_current
from services.errors import Rejected
from services.events.catalogue import read_incoming
from services.events.cloudevent import load_json, parse_event
from services.events.incoming import StoryApproved, VacancyOpened
from services.identity import derive_id, link_code
from services.message import message, message_n
from services.people.rules.ambassador import Ambassador
from services.ports import OutgoingPost, PostRules
from services.posts.write_drafts import post_id
from services.settings import OFF, SANDBOX, Settings
from services.text.mail_address import normal_address
from services.text.normal_form import normalise_text
from services.voice import (
    Composer,
    Dealt,
    Draft,
    DraftRequest,
    NoDraft,
    PostTemplates,
    refusal_of,
)
from services.voice.current_templates import CurrentTemplates
from services.voice.learning.own_words import begun_with
from services.voice.writing.relations import cast_of
from streams.command_line.people import read_people
from streams.command_line.terminal import data_option, json_option, settings_of, warn

#: Without another wish; the others are written for who connected them.
_USUAL = ("linkedin", "x")
_NAMES = f"{', '.join(OURS)}, or one that another package brought"


@click.command()
@click.option("--event", type=click.File("rb"), required=True, help="A story or vacancy event.")
@click.option("--ambassadors", type=click.File("rb"), required=True, help="People as CSV.")
@click.option(
    "--network", metavar="NAME", help=f"Only {_NAMES}. Default: LinkedIn and X, unless off."
)
@click.option(
    "--answers",
    type=click.File("rb"),
    help='Own words: {"email": "answer", …}, or a line each: {"ambassador": …, "opening": …, "answer": …}.',
)
@data_option
@json_option
def compose(
    event: BinaryIO,
    ambassadors: BinaryIO,
    network: str | None,
    *,
    answers: BinaryIO | None,
    data: Path | None,
    as_json: bool,
) -> int:
    """Show the drafts that an event would bring to these people; nothing is stored or sent.

    Where there is a database of Zwaan, the templates and words that marketing changed there hold.
    With --json one line a draft: ambassador, network, language, text, choice, opening, question, passage,
    relation, layout, overlap, why. Without text (null) the person is asked the question first, and "why" says why:
    their answer makes the post; "choice" is the text that they may have instead. A story without a possible text
    is refused with the reason.
    """
    settings = settings_of(data=data)
    rules = _rules(settings, network)
    usual = [name for name in _USUAL if settings.our_networks[name] != OFF]
    try:
        content = _content(event)
        if refusal := refusal_of(content):
            raise refusal
    except Rejected as fault:
        raise Rejected(
            message("file.fault", "{name}: {fault}", name=event.name, fault=fault.message),
            remedy=fault.remedy,
        ) from fault
    reading = read_people(ambassadors)
    if reading.bad_rows:
        raise Rejected(
            message_n(
                "people-file.nothing-composed",
                "{name}: {n} bad row, nothing was composed",
                "{name}: {n} bad rows, nothing was composed",
                len(reading.bad_rows),
                name=ambassadors.name,
            ),
            remedy=message("do.mend-rows", "Mend them."),
        )
    campaign_id = derive_id("campaign", *source_of(content))
    composer = asyncio.run(_composer(settings, rules))
    given = _answers(answers)
    dealt = Dealt()
    everybody = {person.id: person for person in reading.ambassadors}
    cast = cast_of(content, reading.ambassadors)
    invitations = select_audience(campaign_id, content, reading.ambassadors)
    if not invitations:
        warn(
            message(
                "compose.nobody-asked",
                'nobody in {name} is asked: nobody writes in "{language}", or has a craft, team or place in common with it',
                name=ambassadors.name,
                language=content.language,
            )
        )
    for invitation in invitations:
        person = everybody[invitation.ambassador_id]
        for name in (network,) if network else usual:
            identity = post_id(campaign_id, person.id, name)
            request = DraftRequest(
                campaign_id=campaign_id,
                content=content,
                ambassador=person,
                network=name,
                rank=invitation.rank,
                seed=seed_of(campaign_id),
                link=f"{settings.base_url}/r/{link_code(identity)}",
                cast=cast,
            )
            draft = composer.compose(request, dealt)
            if answer := given.get(normal_address(person.email)):
                try:
                    draft = composer.compose(replace(request, **answer), dealt)
                except NoDraft as refusal:
                    warn(refusal.message, place=f"{person.email}, {name}")
            # What they may choose instead of an answer.
            chosen = draft.why == "asked"
            offered = (
                composer.compose(replace(request, wants_text=True), dealt) if chosen else draft
            )
            dealt.add(identity, offered)
            choice = offered.text if chosen else ""
            if as_json:
                click.echo(_as_json(person, draft, offered, choice))
            else:
                head = f"── {person.name}, {name} ({invitation.reason})"
                click.echo(f"{head}\n{_as_text(draft, choice)}\n")
    return 0


def _as_json(person: Ambassador, draft: Draft, offered: Draft, choice: str) -> str:
    line = {
        "ambassador": person.email,
        "network": draft.network,
        "language": draft.language,
        "text": draft.text or None,
        "choice": choice or None,
        "opening": draft.recipe["opening"],
        "question": draft.question,
        "passage": (offered.recipe.get("passage") or {}).get("text"),
        "relation": draft.relation,
        "layout": offered.layout or None,
        "overlap": offered.overlap,
        "why": draft.why or None,
    }
    return json.dumps(line, ensure_ascii=False)


def _as_text(draft: Draft, choice: str) -> str:
    asked = f"? {draft.question}"
    if choice:
        return f"{asked}\n\nor, without a word of their own:\n{choice}"
    return f"{draft.text or '(no text: the question first)'}\n\n{asked}"


def _answers(file: BinaryIO | None) -> dict[str, dict[str, Any]]:
    """Answers by e-mail address in small letters, as a request holds them.

    Raises Rejected for another kind of file.
    """
    if file is None:
        return {}
    fault = Rejected(
        message("file.no-answers", "{name}: no answers can be read from it", name=file.name),
        remedy=message(
            "do.give-answers",
            'Give {{"email": "answer"}}, or one {{"ambassador": "…", "opening": "…", "answer": "…"}} a line, '
            'with "as_it_is": true where it may stand though a reader would ask more.',
        ),
    )
    try:
        raw = file.read().decode("utf-8-sig").strip()
        try:
            whole = json.loads(raw)
            lines = [whole] if isinstance(whole, dict) else whole
        except ValueError:
            lines = [json.loads(line) for line in raw.split("\n") if line.strip()]
    except ValueError as error:
        raise fault from error
    found: dict[str, dict[str, Any]] = {}
    for line in lines if isinstance(lines, list) else [None]:
        if not isinstance(line, dict):
            raise fault
        as_it_is = line.pop("as_it_is", False)
        if as_it_is not in (True, False) or not all(isinstance(v, str) for v in line.values()):
            raise fault
        email = line.get("ambassador") or line.get("email")
        whole = begun_with(line.get("opening", ""), line.get("answer", ""))
        pairs = [(email, whole)] if email else line.items()
        for who, said in pairs:
            found[normal_address(str(who))] = {"answer": said, "as_it_is": as_it_is}
    return found


def _rules(settings: Settings, wanted: str | None) -> Mapping[str, PostRules]:
    """What may be posted, by network: ours, and those that other packages brought."""
    rules = OURS
    if settings.other_networks:
        from streams.bootstrap import rules_of_texts  # noqa: PLC0415 - slow

        rules = rules_of_texts(settings)
    if wanted and wanted not in rules:
        raise click.BadParameter(
            f"{wanted!r} is not one of {', '.join(rules)}.", param_hint="--network"
        )
    return rules


async def _composer(settings: Settings, rules: Mapping[str, PostRules]) -> Composer:
    """With what is in use in this installation; as shipped where nothing was made yet."""
    shipped = PostTemplates.load(organisation=settings.organisation)
    path = settings.database_path
    if path is not None and not path.exists():
        return Composer(shipped, networks=rules)
    database = Database.open(settings.database)
    try:
        if not await is_current(database):
            warn(
                message(
                    "compose.old-schema",
                    "the database's schema is old, so its templates are not used",
                )
            )
            return Composer(shipped, networks=rules)
        async with database.read() as transaction:
            return await CurrentTemplates(shipped, rules).composer(transaction)
    finally:
        await database.close()


def _content(event: BinaryIO) -> Content:
    data = read_incoming(parse_event(load_json(event.read().removeprefix(codecs.BOM_UTF8))))
    if not isinstance(data, StoryApproved | VacancyOpened):
        raise Rejected(
            message("event.no-campaign", "this event starts no campaign"),
            remedy=message("do.give-campaign-event", "Give a story.approved or vacancy.opened."),
        )
    return data


@click.command()
@click.option("--network", metavar="NAME", required=True, help=f"Where: {_NAMES}.")
@json_option
def preview(network: str, as_json: bool) -> int:
    """Measure a text from standard input and show the very string that would be sent.

    Exits 1 for a text that does not fit.
    """
    settings = settings_of()
    _rules(settings, network)
    raw = sys.stdin.buffer.read()
    try:
        text = normalise_text(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Rejected(
            message("text.not-utf8", "the text is not UTF-8 (byte {place})", place=error.start)
        ) from error
    from connectors.registry import build_network  # noqa: PLC0415 - slow
    from streams.bootstrap import network_settings  # noqa: PLC0415

    # A text is measured the same for every place, so no network has to be offered for that.
    if network in OURS:
        settings = settings.model_copy(update={f"{network}_url": SANDBOX})
    chosen = next(each for each in network_settings(settings) if each.name == network)
    seen = build_network(chosen).preview(OutgoingPost(text=text))
    if as_json:
        fields = ("network", "length", "limit", "valid", "payload")
        click.echo(json.dumps({name: getattr(seen, name) for name in fields}, ensure_ascii=False))
    else:
        fits = "fits" if seen.valid else "is too long"
        click.echo(f"{seen.payload}\n── {seen.length} of {seen.limit}: it {fits}")
    return 0 if seen.valid else 1
