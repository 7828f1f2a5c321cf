"""A table of people that a command was given: read, and every bad row of it named."""

from __future__ import annotations

from typing import BinaryIO

import click

from services.errors import Rejected
from services.message import message
from services.people.import_ambassadors import Reading, read_ambassadors
from streams.command_line.terminal import visible


def read_people(file: BinaryIO) -> Reading:
    """What the table holds; bad rows are named on standard error.

    Raises Rejected when it is no table of people.
    """
    try:
        reading = read_ambassadors(file.read())
    except Rejected as fault:
        raise Rejected(
            message("file.fault", "{name}: {fault}", name=file.name, fault=fault.message),
            remedy=fault.remedy,
        ) from fault
    for row in reading.bad_rows:
        click.echo(visible(f"zwaan: {file.name}, line {row.line}: {row.fault}."), err=True)
    return reading
