"""The syntax of a layout: slots, ``if`` and ``else``, joined by and, or, not.

Time and size are bounded by the syntax, not by a clock: without loops, calls, macros,
attributes and arithmetic a layout is rendered in one pass over its own few hundred characters, and
no longer than those and the values of its slots. All other syntax is refused before it is
compiled, so there is nothing to interrupt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.errors import Rejected
from services.message import Message, label, message
from services.text.normal_form import printable
from services.voice.vocabulary import phrases_of

_WORDS: Mapping[str, Message] = {
    "too_large": label(
        "template.too-large", "This is longer than {limit} characters; make it shorter."
    ),
    "control_characters": label(
        "template.control-characters", "It holds invisible characters; type the text again."
    ),
    "no_layouts": label("template.no-layouts", "Begin a post with a line such as: === role-first."),
    "too_many_layouts": label(
        "template.too-many-layouts", "It holds more than {limit} posts; take a few away."
    ),
    "no_name": label(
        "template.no-name",
        "Give the post a name of small letters and hyphens: === role-first, or === role-first short.",
    ),
    "name_twice": label(
        "template.name-twice", "The name {layout} stands here twice; choose another."
    ),
    "no_forms": label("template.no-forms", "There are two forms of address in Dutch only."),
    "too_many_marks": label(
        "template.too-many-marks",
        "There are more than {limit} slots and conditions here; use fewer.",
    ),
    "unreadable": label("template.unreadable", "A {{{{ or {{% is not closed or not written right."),
    "not_allowed": label(
        "template.not-allowed", "{what} is not allowed here; only slots and if, elif and else are."
    ),
    "brackets": label("template.brackets", "There is a loose bracket or bar here; leave it out."),
    "too_deep": label(
        "template.too-deep", "The conditions are nested too deeply; make it simpler."
    ),
    "unknown_field": label(
        "template.unknown-field", "There is no slot {field}; did you mean {meant}?"
    ),
    "no_such_field": label(
        "template.no-such-field", "There is no slot {field} here; choose from {fields}."
    ),
    "few_short": label(
        "template.few-short",
        "At least {least} short posts belong here (=== name short), or two people post the same.",
    ),
    "few_long": label(
        "template.few-long",
        "At least {least} other posts belong here, or two people post the same.",
    ),
    "few_unanswered": label(
        "template.few-unanswered",
        "Every post needs an answer; write some for whoever answered nothing.",
    ),
    "few_answered": label(
        "template.few-answered",
        "No post begins with {{{{ answer }}}}; write some for whoever answered.",
    ),
    "claim": label(
        "template.claim",
        "No source says this: {claim}. Numbers and names come from a story, not from a template.",
    ),
    "boast": label(
        "template.boast", "“{word}” sounds like advertising; a plain detail convinces more."
    ),
    "not_polite": label(
        "template.not-polite",
        'The polite form still says je; write {{{{ form("je kent", "u kent") }}}}.',
    ),
    "not_familiar": label(
        "template.not-familiar",
        'The familiar form still says u; write {{{{ form("je kent", "u kent") }}}}.',
    ),
    "not_prose": label(
        "template.not-prose",
        "A post is plain text, without emoji, <, >, @name or #hashtag and with one link: {{{{ link }}}}.",
    ),
    "shouts": label(
        "template.shouts", "There is an exclamation mark here; leave that to the colleague."
    ),
    "asks": label("template.asks", "There is a question here that the colleague did not ask."),
    "quotes": label(
        "template.quotes", "Quotation marks are added by themselves, where somebody else speaks."
    ),
    "holes": label("template.holes", "Where a slot is empty this leaves a hole in the sentence."),
    "unsaid": label(
        "template.unsaid",
        "There is an opinion, a feeling or talk about the text here that nobody said.",
    ),
    "too_many_words": label(
        "template.too-many-words",
        "There are more than sixty words outside the slots; make it shorter.",
    ),
    "answer_later": label("template.answer-later", "A post with {{{{ answer }}}} begins with it."),
    "twice": label("template.twice", "The same slot stands here twice."),
    "link_inside": label(
        "template.link-inside",
        "The link stands at the end of a sentence, or after one plain word: The whole story: {{{{ link }}}}",
    ),
    "no_link": label("template.no-link", "The link belongs here exactly once: {{{{ link }}}}."),
    "no_disclosure": label(
        "template.no-disclosure",
        "The employer belongs here exactly once, in a sentence that says that you work there: I work at {{{{ employer }}}}.",
    ),
    "speaks_of_poster": label(
        "template.speaks-of-poster",
        "Whoever wrote it speaks here themselves; leave {{{{ author }}}} out.",
    ),
    "author_inside": label(
        "template.author-inside",
        "{{{{ author }}}} begins a sentence: “My colleague …” comes to stand there.",
    ),
    "no_job": label(
        "template.no-job", "A post about a vacancy names the job: {{{{ job }}}} or {{{{ a_job }}}}."
    ),
    "too_long_for_x": label(
        "template.too-long-for-x",
        "Too long for X, even with a short passage: {over} characters over.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One fault of a template: ``name`` is the rule, ``values`` fill its sentence.

    ``line`` counts from 1; 0 is the whole template. One that does not ``block`` is advice.
    """

    name: str
    line: int = 0
    values: Mapping[str, str | int] = field(default_factory=dict)
    blocks: bool = True

    @property
    def words(self) -> Message:
        return _WORDS[self.name]


HEADER = re.compile(r"^===(?P<rest>.*)$")
_NAMED = re.compile(r"\s+(?P<name>[a-z]+(?:-[a-z0-9]+)*)(?P<short>\s+short)?\s*")
_FORM = re.compile(r"""\{\{\s*form\(\s*"([^"{}]*)"\s*,\s*"([^"{}]*)"\s*\)\s*\}\}""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One post of a file: ``line`` is that of its header, from 1; its text begins below.

    ``name`` is empty when the header cannot be read.
    """

    name: str
    short: bool
    line: int
    source: str

    @property
    def forms(self) -> tuple[str, str]:
        """The familiar and the polite form."""
        return _FORM.sub(r"\1", self.source), _FORM.sub(r"\2", self.source)


def read_sections(text: str) -> Iterator[Section]:
    """The posts of a file, one below the other; text above the first is a remark.

    A line ``=== name`` begins one, ``=== name short`` one for X and for people who prefer short posts.
    ``{{ form("je kent", "u kent") }}`` is the familiar and the polite form.
    """
    header: re.Match[str] | None = None
    started, lines = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), "==="], start=1):
        found = HEADER.match(line)
        if found is None:
            lines.append(line.rstrip())
            continue
        if header is not None:
            yield _section(header, started, lines)
        header, started, lines = found, number, []


def _section(header: re.Match[str], line: int, lines: list[str]) -> Section:
    read = _NAMED.fullmatch(header["rest"])
    return Section(
        name=read["name"] if read else "",
        short=bool(read and read["short"]),
        line=line,
        source="\n".join(lines).rstrip("\n"),
    )


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
