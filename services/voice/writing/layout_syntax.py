"""The syntax of a layout: slots, ``if`` and ``else``, joined by and, or, not.

Time and size are bounded by the syntax, not by a clock: without loops, calls, macros,
attributes and arithmetic a layout is rendered in one pass over its own few hundred characters, and
no longer than those and the values of its slots. All other syntax is refused before it is
compiled, so there is nothing to interrupt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.errors import Rejected
from services.message import message
from services.text.normal_form import printable
from services.voice.vocabulary.grammar import phrases_of
from services.voice.writing.layout_file import Section, read_sections
from services.voice.writing.template_faults import TemplateFault

#: Characters of a file and of a layout, layouts of a file, and marks (``{{``, ``{%``) of a layout.
MOST = {"file": 20_000, "layouts": 40, "layout": 1_500, "marks": 24}
_DEPTH = 12

SLOTS = frozenset(
    {
        "passage", "author", "job", "a_job", "facts", "role", "team", "employer",
        "answer", "link",
    }
)  # fmt: skip
_OF_VACANCIES = frozenset({"job", "a_job", "facts"})
_OF_STORIES = frozenset({"author"})

_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or,
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
    nodes.Const: '" "',
    nodes.CondExpr: "{{ if }}",
}
_PARSER = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The slots that a layout names, and those that it shows outside a condition on them."""

    uses: frozenset[str]
    needs: frozenset[str]

    @property
    def optional(self) -> frozenset[str]:
        return self.uses - self.needs


def check_syntax(path: str, text: str) -> None:
    """Raises Rejected for a template that may not be compiled."""
    for fault in syntax_faults(path, text):
        raise Rejected(
            message(
                "template.unusable",
                "the template {name} cannot be used ({fault}, line {line})",
                name=path,
                fault=fault.name,
                line=fault.line,
            ),
            remedy=message("do.correct-template", "Put an older version back, or correct it."),
        )


def syntax_faults(path: str, text: str) -> Iterator[TemplateFault]:
    """Everything in ``text`` that keeps it from being compiled, in order."""
    if len(text) > MOST["file"]:
        yield TemplateFault(name="too_large", values={"limit": MOST["file"]})
        return
    if printable(text) != text or "\u2028" in text or "\u2029" in text:
        yield TemplateFault(name="control_characters")
        return
    sections = list(read_sections(text))
    if not sections or len(sections) > MOST["layouts"]:
        name = "too_many_layouts" if sections else "no_layouts"
        yield TemplateFault(name=name, values={"limit": MOST["layouts"]})
        return
    names: set[str] = set()
    for section in sections:
        if not section.name:
            yield TemplateFault(name="no_name", line=section.line)
        elif section.name in names:
            yield TemplateFault(
                name="name_twice", line=section.line, values={"layout": section.name}
            )
        names.add(section.name)
        yield from _section_faults(path, section)


def fields_of(path: str) -> frozenset[str]:
    """The slots that a file may name."""
    return SLOTS - (_OF_STORIES if "/vacancy/" in path else _OF_VACANCIES)


def slots_of(section: Section) -> Slots:
    """The slots of a layout without `syntax_faults`."""
    needs: set[str] = set()
    uses: set[str] = set()
    for form in dict.fromkeys(section.forms):
        tree = _PARSER.parse(form)
        uses |= {name.name for name in tree.find_all(nodes.Name)}
        needs |= set(_shown(tree.body, frozenset()))
    return Slots(uses=frozenset(uses), needs=frozenset(needs))


def _shown(body: Iterable[nodes.Node], known: frozenset[str]) -> Iterator[str]:
    """The slots shown outside a condition on them; ``known`` are those of the conditions around."""
    for node in body:
        if isinstance(node, nodes.If):
            asked = {name.name for name in node.test.find_all(nodes.Name)}
            if isinstance(node.test, nodes.Name):
                asked.add(node.test.name)
            yield from _shown(node.body, known | asked)
            yield from _shown([*node.elif_, *node.else_], known)
        elif isinstance(node, nodes.Name):
            if node.name not in known:
                yield node.name
        else:
            yield from _shown(node.iter_child_nodes(), known)


def _section_faults(path: str, section: Section) -> Iterator[TemplateFault]:
    source, line = section.source, section.line
    if len(source) > MOST["layout"]:
        yield TemplateFault(name="too_large", line=line, values={"limit": MOST["layout"]})
        return
    marks = source.count("{{") + source.count("{%")
    if marks > MOST["marks"] or source.count("(") > MOST["marks"]:
        yield TemplateFault(name="too_many_marks", line=line, values={"limit": MOST["marks"]})
        return
    familiar, polite = section.forms
    if familiar != polite and not phrases_of(path.partition("/")[0]).polite:
        yield TemplateFault(name="no_forms", line=line)
    fields = fields_of(path)
    for form in dict.fromkeys((familiar, polite)):
        faults = list(_faults(form, fields, line))
        yield from faults
        if faults:
            return


def _faults(source: str, fields: frozenset[str], line: int) -> Iterator[TemplateFault]:
    try:
        body = _PARSER.parse(source).body
    except TemplateSyntaxError as error:
        yield TemplateFault(name="unreadable", line=line + error.lineno)
        return
    except (RecursionError, ValueError):
        yield TemplateFault(name="unreadable", line=line)
        return
    waiting: list[tuple[nodes.Node, int]] = [(node, 1) for node in body]
    named: dict[str, int] = {}
    while waiting:
        node, depth = waiting.pop(0)
        if depth > _DEPTH:
            yield TemplateFault(name="too_deep", line=line)
            return
        if not _allowed(node):
            what = _WRITTEN.get(type(node), type(node).__name__.lower())
            yield TemplateFault(name="not_allowed", line=line + node.lineno, values={"what": what})
            return
        if isinstance(node, nodes.Name):
            named.setdefault(node.name, line + node.lineno)
        elif isinstance(node, nodes.TemplateData) and {*node.data} & {*"{}[]|<>"}:
            yield TemplateFault(name="brackets", line=line + node.lineno)
            return
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    for name in sorted(named.keys() - fields):
        yield _unknown(name, fields, named[name])


def _allowed(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Name):
        return node.ctx == "load"
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
