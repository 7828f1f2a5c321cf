"""``/_sandbox/faults``."""

from __future__ import annotations

from pydantic import RootModel

from connectors.sandbox.control.parameters import body
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.faults.rules import FaultRule
from connectors.sandbox.networks import Networks


class FaultRules(RootModel[list[FaultRule]]):
    """A list of rules."""


def show(networks: Networks, _call: Call) -> Answer:
    """Return the rules in force, with how many requests each has matched and hit."""
    return Answer.json(200, {"rules": networks.faults.show()})


def add(networks: Networks, call: Call) -> Answer:
    """Put rules behind those in force, and return them all."""
    networks.faults.add(body(call, FaultRules).root)
    return show(networks, call)


def clear(networks: Networks, call: Call) -> Answer:
    """End all faults."""
    networks.faults.clear()
    return show(networks, call)
