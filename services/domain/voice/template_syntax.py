"""What a template may be made of: fields, ``if``, ``elif`` and ``else``, joined by and, or, not.

Time and size are bounded by what can be written, not by a clock: without loops, calls, macros,
attributes and arithmetic a clause is rendered in one pass over its own few hundred characters, and
no longer than those and the values of its fields. What is not on the list is refused before it is
compiled, so there is nothing to interrupt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.domain.post import printable
from services.domain.voice.clause_file import Line, read_lines
from services.errors import Rejected

#: Characters of a file, of a clause and of a layout; clauses of a file; marks (``{{``, ``{%``) of
#: each. More than the longest shipped ones have; what is allowed compiles within a second or two.
MOST = {"file": 30_000, "clauses": 400, "clause": 400, "layout": 3_000, "marks": 12, "parts": 80}
_DEPTH = 12

PROFILE = frozenset(
    {
        "role", "a_role", "team", "region", "since", "craft", "author", "first_name", "title",
        "topic", "place", "organisation",
    }
)  # fmt: skip
QUOTES = frozenset({"quote", "snippet"})
#: Sections whose clauses stand around a quotation, and around a vacancy's terms.
WRAPPERS, SUMMARY = frozenset({"lead", "quote", "again", "named"}), frozenset({"summary"})
PARTS = frozenset(
    {
        "title", "order", "quote", "hook", "lead", "summary", "again", "more", "ask",
        "disclosure", "link", "hashtags",
    }
)  # fmt: skip

_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.CondExpr, nodes.Not, nodes.And,
    nodes.Or, nodes.Const, nodes.Compare, nodes.Operand,
)  # fmt: skip
#: How people know what they wrote; anything else is named by its kind.
_WRITTEN = {
    nodes.For: "{% for %}",
    nodes.Call: "( )",
    nodes.Getattr: ".",
    nodes.Getitem: "[ ]",
    nodes.Filter: "|",
    nodes.Macro: "{% macro %}",
    nodes.Assign: "{% set %}",
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Add: "+",
    nodes.Concat: "~",
}
_PARSER = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing to tell the author: ``name`` is the rule, ``values`` what its sentence holds.

    ``line`` counts from 1; 0 is the whole template. One that does not ``block`` is advice.
    """

    name: str
    line: int = 0
    values: Mapping[str, str | int] = field(default_factory=dict)
    blocks: bool = True


def check_syntax(path: str, text: str) -> None:
    """Raises Rejected for a template that may not be compiled."""
    for fault in syntax_faults(path, text):
        raise Rejected(
            f"the template {path} cannot be used ({fault.name}, line {fault.line})",
            remedy="Put an older version back, or correct it.",
        )


def syntax_faults(path: str, text: str) -> Iterator[TemplateFault]:
    """Everything in ``text`` that keeps it from being compiled, in order."""
    if len(text) > MOST["file"]:
        yield TemplateFault(name="too_large", values={"limit": MOST["file"]})
        return
    if printable(text) != text or "\u2028" in text or "\u2029" in text:
        yield TemplateFault(name="control_characters")
        return
    if not path.endswith(".clauses"):
        if len(text) > MOST["layout"]:
            yield TemplateFault(name="too_large", values={"limit": MOST["layout"]})
            return
        yield from _faults(text, PARTS, MOST["parts"], line=0)
        return
    lines = [line for line in read_lines(text) if line.source]
    if len(lines) > MOST["clauses"]:
        yield TemplateFault(name="too_many_clauses", values={"limit": MOST["clauses"]})
        return
    for line in lines:
        yield from _line_faults(line)


def _line_faults(line: Line) -> Iterator[TemplateFault]:
    if not line.section:
        yield TemplateFault(name="no_section", line=line.number)
        return
    if len(line.source) > MOST["clause"]:
        yield TemplateFault(name="too_long", line=line.number, values={"limit": MOST["clause"]})
        return
    fields = PROFILE
    if line.section in WRAPPERS:
        fields |= QUOTES
    elif line.section in SUMMARY:
        fields |= {"terms"}
    for form in dict.fromkeys(line.forms):
        found = list(_faults(form, fields, MOST["marks"], line=line.number))
        yield from found
        if found:
            return


@lru_cache(maxsize=4096)
def _faults(
    source: str, fields: frozenset[str], marks: int, *, line: int
) -> tuple[TemplateFault, ...]:
    return tuple(_found(source, fields, marks, line))


def _found(source: str, fields: frozenset[str], marks: int, line: int) -> Iterator[TemplateFault]:
    if source.count("{{") + source.count("{%") > marks or source.count("(") > marks:
        yield TemplateFault(name="too_many_marks", line=line, values={"limit": marks})
        return
    try:
        # As it is compiled: what leaves its block, or swallows the end of it, is seen here.
        tree = _PARSER.parse(f"{{% block clause %}}{source}{{% endblock %}}")
        (block,) = tree.body
    except (TemplateSyntaxError, RecursionError, ValueError):
        yield TemplateFault(name="unreadable", line=line)
        return
    if not isinstance(block, nodes.Block):
        yield TemplateFault(name="unreadable", line=line)
        return
    deepest = 0
    waiting: deque[tuple[nodes.Node, int]] = deque((node, 1) for node in block.body)
    named: dict[str, None] = {}
    while waiting:
        node, depth = waiting.popleft()
        deepest = max(deepest, depth)
        if not _allowed(node):
            what = _WRITTEN.get(type(node), type(node).__name__.lower())
            yield TemplateFault(name="not_allowed", line=line, values={"what": what})
            return
        if isinstance(node, nodes.Name):
            named[node.name] = None
        elif isinstance(node, nodes.TemplateData) and {*node.data} & {*"{}[]|"}:
            yield TemplateFault(name="brackets", line=line)
            return
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    if deepest > _DEPTH:
        yield TemplateFault(name="too_deep", line=line)
    for name in sorted(named.keys() - fields):
        yield _unknown(name, fields, line)


def _allowed(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Name):
        return node.ctx == "load"
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str | bool)
    if isinstance(node, nodes.Operand):
        return node.op in ("eq", "ne")
    return type(node) in _ALLOWED


def _unknown(name: str, fields: frozenset[str], line: int) -> TemplateFault:
    near = get_close_matches(name, sorted(fields), n=1, cutoff=0.5)
    if near:
        return TemplateFault(
            name="unknown_field", line=line, values={"field": name, "meant": near[0]}
        )
    return TemplateFault(
        name="no_such_field",
        line=line,
        values={"field": name, "fields": ", ".join(sorted(fields))},
    )
