"""Sentences that speak to a machine instead of a reader; they are never quoted."""

from __future__ import annotations

import re

INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|negeer|vergeet)\b.{0,60}"
    r"\b(?:instruct|prompt|rules|above|previous|opdracht|instructie|regels|hierboven|voorgaande)"
    r"|\bsystem\s*prompt|\blanguage model\b|\btaalmodel\b|\byou are (?:now )?an?\b|\bas an ai\b"
    r"|\bje bent (?:nu )?een (?:ai|assistent)\b|\bassistant\b\s*:|\bprompt\b",
    re.IGNORECASE,
)
