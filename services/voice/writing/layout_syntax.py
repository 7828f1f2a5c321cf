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
        "Give the post a name of its own, of small letters and hyphens: === role-first, or === role-first short.",
    ),
    "no_forms": label("template.no-forms", "There are two forms of address in Dutch only."),
    "too_many_marks": label(
        "template.too-many-marks",
        "There are more than {limit} slots and conditions here; use fewer.",
    ),
    "unreadable": label("template.unreadable", "A {{{{ or {{% is not closed or not written right."),
    "not_allowed": label(
        "template.not-allowed",
        "Only slots and if, elif and else are allowed here, and no loose brackets.",
    ),
    "unknown_field": label(
        "template.unknown-field", "There is no slot {field} here; choose from {fields}."
    ),
    "few": label(
        "template.few",
        "At least {least} short posts (=== name short) and {least} others belong here, and of both some that begin with {{{{ answer }}}}, or two people post the same.",
    ),
    "claim": label(
        "template.claim",
        "No source says this: {claim}. Numbers and names come from a story, not from a template.",
    ),
    "boast": label(
        "template.boast", "“{word}” sounds like advertising; a plain detail convinces more."
    ),
    "address": label(
        "template.address",
        'The two forms of address are mixed here; write {{{{ form("je kent", "u kent") }}}}.',
    ),
    "not_prose": label(
        "template.not-prose",
        "A post is plain text with one link, {{{{ link }}}}: without a question, an exclamation mark, quotation marks, emoji, <, >, @name or #hashtag.",
    ),
    "holes": label("template.holes", "Where a slot is empty this leaves a hole in the sentence."),
    "opinion": label(
        "template.opinion",
        "There is an opinion, a feeling or talk about the text here that nobody said.",
    ),
    "too_many_words": label(
        "template.too-many-words",
        "There are more than sixty words outside the slots; make it shorter.",
    ),
    "answer_later": label("template.answer-later", "A post with {{{{ answer }}}} begins with it."),
    "twice": label("template.twice", "The same slot stands here twice."),
    "link": label(
        "template.link",
        "The link stands here once, at the end of a sentence, or after one plain word: The whole story: {{{{ link }}}}",
    ),
    "no_disclosure": label(
        "template.no-disclosure",
        "The employer belongs here exactly once, in a sentence that says that you work there: I work at {{{{ employer }}}}.",
    ),
    "author": label(
        "template.author",
        "“My colleague …” comes to stand at {{{{ author }}}}: begin a sentence with it, and leave it out where the author speaks.",
    ),
    "no_job": label(
        "template.no-job", "A post about a vacancy names the job: {{{{ job }}}} or {{{{ a_job }}}}."
    ),
    "too_long_for_x": label(
        "template.too-long-for-x",
        "Too long for X, even with a short passage: {over} characters over.",
    ),
}


@dataclass(frozen=True, slots=True)
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


#: A header, and the lines below it up to the next.
_SECTION = re.compile(r"^===(?P<rest>.*)(?P<lines>(?:\n(?!===).*)*)", re.MULTILINE)
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
    for found in _SECTION.finditer(text):
        named = _NAMED.fullmatch(found["rest"])
        lines = found["lines"].split("\n")[1:]
        yield Section(
            name=named["name"] if named else "",
            short=bool(named and named["short"]),
            line=text.count("\n", 0, found.start()) + 1,
            source="\n".join(line.rstrip() for line in lines).rstrip("\n"),
        )


#: Characters of a file and of a layout, layouts of a file, and marks (``{{``, ``{%``) of a layout.
MOST = {"file": 20_000, "layouts": 40, "layout": 1_500, "marks": 24}

_OF_VACANCIES = frozenset({"job", "a_job", "facts"})
_OF_STORIES = frozenset({"author"})
_OF_BOTH = frozenset({"passage", "role", "team", "employer", "answer", "link"})
SLOTS = _OF_BOTH | _OF_STORIES | _OF_VACANCIES

_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
_PARSER = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)


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
    sections = list(read_sections(text)) if len(text) <= MOST["file"] else []
    if len(text) > MOST["file"]:
        yield TemplateFault("too_large", 0, {"limit": MOST["file"]})
    elif printable(text) != text or "\u2028" in text or "\u2029" in text:
        yield TemplateFault("control_characters")
    elif not sections:
        yield TemplateFault("no_layouts")
    elif len(sections) > MOST["layouts"]:
        yield TemplateFault("too_many_layouts", 0, {"limit": MOST["layouts"]})
    else:
        named: set[str] = set()
        for section in sections:
            if not section.name or section.name in named:
                yield TemplateFault("no_name", section.line)
            named.add(section.name)
            yield from _section_faults(path, section)


def fields_of(path: str) -> frozenset[str]:
    """The slots that a file may name."""
    return SLOTS - (_OF_STORIES if "/vacancy/" in path else _OF_VACANCIES)


def slots_of(section: Section) -> tuple[frozenset[str], frozenset[str]]:
    """The slots that a layout without `syntax_faults` names, and those that it shows outside a condition
    on them."""
    uses: set[str] = set()
    needs: set[str] = set()
    for form in dict.fromkeys(section.forms):
        tree = _PARSER.parse(form)
        uses |= {name.name for name in tree.find_all(nodes.Name)}
        needs |= set(_shown(tree.body, frozenset()))
    return frozenset(uses), frozenset(needs)


def _shown(body: Iterable[nodes.Node], known: frozenset[str]) -> Iterator[str]:
    """The slots shown outside a condition on them; ``known`` are those of the conditions around."""
    for node in body:
        if isinstance(node, nodes.If):
            asked = {name.name for name in nodes.Output([node.test]).find_all(nodes.Name)}
            yield from _shown(node.body, known | asked)
            yield from _shown([*node.elif_, *node.else_], known)
        elif isinstance(node, nodes.Name):
            if node.name not in known:
                yield node.name
        else:
            yield from _shown(node.iter_child_nodes(), known)


def _section_faults(path: str, section: Section) -> Iterator[TemplateFault]:
    source, line = section.source, section.line
    familiar, polite = section.forms
    if len(source) > MOST["layout"]:
        yield TemplateFault("too_large", line, {"limit": MOST["layout"]})
    # Each of these may be nested in another, so their number bounds the depth.
    elif source.count("{{") + source.count("{%") + source.count("(") > MOST["marks"]:
        yield TemplateFault("too_many_marks", line, {"limit": MOST["marks"]})
    elif familiar != polite and not phrases_of(path.partition("/")[0]).polite:
        yield TemplateFault("no_forms", line)
    else:
        for form in dict.fromkeys((familiar, polite)):
            if faults := list(_faults(form, fields_of(path), line)):
                yield from faults
                return


def _faults(source: str, fields: frozenset[str], line: int) -> Iterator[TemplateFault]:
    try:
        tree = _PARSER.parse(source)
    except TemplateSyntaxError as error:
        yield TemplateFault("unreadable", line + error.lineno)
        return
    except (RecursionError, ValueError):
        yield TemplateFault("unreadable", line)
        return
    for node in tree.find_all(nodes.Node):
        loose = isinstance(node, nodes.TemplateData) and {*node.data} & {*"{}[]|<>"}
        stored = isinstance(node, nodes.Name) and node.ctx != "load"
        if type(node) not in _ALLOWED or loose or stored:
            yield TemplateFault("not_allowed", line + node.lineno)
            return
    if sum(1 for _ in tree.find_all((nodes.Not, nodes.And, nodes.Or))) > MOST["marks"]:
        yield TemplateFault("too_many_marks", line, {"limit": MOST["marks"]})
    unknown = {
        name.name: line + name.lineno
        for name in tree.find_all(nodes.Name)
        if name.name not in fields
    }
    for name in sorted(unknown):
        values = {"field": name, "fields": ", ".join(sorted(fields))}
        yield TemplateFault("unknown_field", unknown[name], values)
