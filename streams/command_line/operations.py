"""``zwaan topics``, ``lag`` and ``migrate``: for operators.

Topics are listed, and on request made what the catalogue says.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from streams.command_line.state import make_state, require_log
from streams.command_line.terminal import Group, data_option, json_option, settings_of
from streams.logs.admin import LogAdmin, PartitionLag, TopicSpec, TopicState, open_admin
from streams.logs.topics import TOO_FEW, TOO_MANY, Comparison, compare, topic_specs

_REFUSED = 1


@click.group(cls=Group, invoke_without_command=True)
@click.option("--create", is_flag=True, help="Make the topics that are missing.")
@data_option
@json_option
@click.pass_context
def topics(context: click.Context, create: bool, data: Path | None, as_json: bool) -> int:
    """List the topics with their partitions, records and retention, and what the catalogue says
    otherwise."""
    if context.invoked_subcommand is not None:
        if create or data or as_json:
            raise click.UsageError(f"Options go behind {context.invoked_subcommand}.", context)
        return 0
    settings = settings_of(data=data)
    if not create:
        require_log(settings)
    admin = open_admin(settings)
    try:
        made = admin.ensure_topics(topic_specs()) if create else []
        comparisons = compare(admin)
    finally:
        admin.close()
    for each in comparisons:
        click.echo(json.dumps(_document(each)) if as_json else _line(each, made=made))
    return 0


@topics.command("apply")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def apply(yes: bool, data: Path | None) -> int:
    """Make missing topics, and give the others the retention of the catalogue; shows its plan and
    asks first."""
    settings = settings_of(data=data)
    admin = open_admin(settings)
    try:
        plan = compare(admin)
        changes = [each for each in plan if each.state is None or each.other_retention]
        _show(plan, changes)
        if not changes:
            return 0
        if not yes:
            if not sys.stdin.isatty():
                raise click.UsageError("Nobody is there to ask; --yes applies the plan.")
            if not click.confirm("Do this?"):
                click.echo("Nothing was changed.")
                return _REFUSED
        _carry_out(admin, changes)
    finally:
        admin.close()
    click.echo("Done.")
    return 0


def _carry_out(admin: LogAdmin, changes: list[Comparison]) -> None:
    missing = [each.spec for each in changes if each.state is None]
    if missing:
        admin.ensure_topics(missing)
    others = [each.spec for each in changes if each.state is not None]
    if others:
        admin.set_retention(others)


def _show(plan: list[Comparison], changes: list[Comparison]) -> None:
    for each in changes:
        if each.state is None:
            wanted = f"{each.spec.partitions} partitions, {_kept(each.spec)}"
            click.echo(f"{each.spec.name:<22}missing → {wanted}")
        else:
            lost = ", what is beyond that is deleted" if _shrinks(each.spec, each.state) else ""
            click.echo(f"{each.spec.name:<22}{_kept(each.state)} → {_kept(each.spec)}{lost}")
    for each in plan:
        remedy = TOO_FEW if each.too_few_partitions else TOO_MANY
        if each.too_few_partitions or each.too_many_partitions:
            click.echo(
                f"{each.spec.name:<22}{each.partitions} partitions instead of"
                f" {each.spec.partitions}, which this does not change; {remedy}"
            )
    if not changes:
        click.echo("Nothing to do: no topic is missing, and all are kept as the catalogue says.")


def _shrinks(wanted: TopicSpec, state: TopicState) -> bool:
    """Whether records that are kept now would not be any more."""
    return _less(wanted.retention, state.retention) or _less(
        wanted.retention_bytes, state.retention_bytes
    )


def _less(wanted: timedelta | int | None, current: timedelta | int | None) -> bool:
    if wanted is None:
        return False
    return current is None or wanted < current  # type: ignore[operator] # both of one kind


def _document(each: Comparison) -> dict[str, object]:
    state = each.state
    retention = state.retention if state else each.spec.retention
    return {
        "topic": each.spec.name,
        "partitions": each.partitions,
        "records": state.records if state else 0,
        "retention_days": None if retention is None else _days(retention),
        "differs": [
            name
            for name, differs in (
                ("missing", state is None),
                ("partitions", each.too_few_partitions or each.too_many_partitions),
                ("retention", each.other_retention),
            )
            if differs
        ],
    }


def _line(each: Comparison, *, made: list[str]) -> str:
    name, records = each.spec.name, each.state.records if each.state else 0
    if each.state is None:
        note = " (missing: --create)"
    elif name in made:
        note = " (made now)"
    else:
        otherwise = []
        if each.too_few_partitions or each.too_many_partitions:
            otherwise.append(f"{each.spec.partitions} partitions")
        if each.other_retention:
            otherwise.append(_kept(each.spec))
        note = f" (the catalogue: {', '.join(otherwise)})" if otherwise else ""
    kept = _kept(each.state or each.spec)
    return f"{name:<22}{each.partitions:>3} partitions {records:>9} records  {kept}{note}"


def _kept(limits: TopicSpec | TopicState) -> str:
    time = "for ever" if limits.retention is None else _duration(limits.retention)
    size = limits.retention_bytes
    return f"kept {time}" + ("" if size is None else f", up to {size:,} bytes a partition")


def _duration(time: timedelta) -> str:
    for unit, one in _UNITS.items():
        if time and not time % one:
            number = time // one
            return f"1 {unit.removesuffix('s')}" if number == 1 else f"{number} {unit}"
    return f"{time / _UNITS['seconds']:g} seconds"


_UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
}


def _days(time: timedelta) -> int | float:
    days = time / timedelta(days=1)
    return int(days) if days.is_integer() else round(days, 3)


@click.command()
@data_option
@json_option
def lag(data: Path | None, as_json: bool) -> int:
    """Show how many records wait for the processors, by topic."""
    from streams.process.processors import TOPICS  # noqa: PLC0415 - slow

    settings = settings_of(data=data)
    names = list(TOPICS.values())
    require_log(settings)
    admin = open_admin(settings)
    try:
        existing = {state.name for state in admin.topics(names)}
        waiting = admin.lag(settings.consumer_group, [name for name in names if name in existing])
    finally:
        admin.close()
    totals: dict[str, int] = dict.fromkeys(names, 0)
    for partition in waiting:
        totals[partition.topic] = totals.get(partition.topic, 0) + partition.lag
    if as_json:
        click.echo(json.dumps({"topics": totals, "partitions": [_lag(each) for each in waiting]}))
    else:
        for name, number in totals.items():
            click.echo(f"{name:<22}{number:>9}")
    return 0


def _lag(partition: PartitionLag) -> dict[str, int | str | None]:
    return asdict(partition) | {"lag": partition.lag}


@click.command()
@data_option
def migrate(data: Path | None) -> int:
    """Bring the database to the schema of this version (`up`, `web` and `worker` do so too)."""
    asyncio.run(make_state(settings_of(data=data)))
    click.echo("the database is up to date")
    return 0
