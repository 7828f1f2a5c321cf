"""The share texts of `templates/posts`: clauses to combine and layouts to set them in.

A ``.clauses`` file holds sections (``[hook]``) with one clause a line. A clause is Jinja2;
``[je kent|u kent]`` in it is the familiar and the polite form. Everything is compiled once, in
Jinja2's sandbox without globals; what comes from outside is only ever a value, never source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from services.errors import Rejected, Stop

LANGUAGES = ("nl", "en")
NETWORKS = ("linkedin", "x")

_SECTION = re.compile(r"^\[([a-z_]+)\]$")
_FORMS = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")

Render = Callable[[Context], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in its familiar and its polite form: text, or a compiled render function."""

    source: str
    familiar: str | Render
    polite: str | Render

    def render(self, context: Context, *, polite: bool) -> str:
        form = self.polite if polite else self.familiar
        return form if isinstance(form, str) else "".join(form(context))


Pool = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a network sets the parts of a post."""

    template: Template

    def set(self, parts: dict[str, str]) -> str:
        """The text of ``parts``; every place must be there, empty where there is nothing."""
        context = self.template.new_context(parts, shared=True)
        return "".join(self.template.root_render_func(context)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTemplates:
    """All pools by (language, file, section), the layouts by network, and their version.

    ``version`` is a hash of every file, so that equal versions give equal texts.
    """

    version: str
    organisation: str
    pools: Mapping[tuple[str, str, str], Pool]
    layouts: Mapping[str, Layout]
    _blank: Template = field(repr=False)

    @classmethod
    def load(
        cls, directory: Traversable | None = None, *, organisation: str = "Zwaan"
    ) -> PostTemplates:
        """Read and compile every file below ``directory`` (by default our own).

        Raises Stop naming the file and section that cannot be used.
        """
        directory = directory or resources.files("templates").joinpath("posts")
        environment = SandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )
        environment.globals.clear()
        files = dict(sorted(_files(directory)))
        pools: dict[tuple[str, str, str], Pool] = {}
        for path, text in files.items():
            language, _, name = path.removesuffix(".clauses").partition("/")
            if path.endswith(".clauses"):
                for section, clauses in _compile(environment, path, text).items():
                    pools[language, name, section] = clauses
        try:
            layouts = {
                name: Layout(environment.from_string(files[f"{name}.j2"])) for name in NETWORKS
            }
        except KeyError as error:
            raise Stop(f"the share texts lack the layout {error}") from error
        digest = hashlib.blake2b(digest_size=6)
        for path, text in files.items():
            digest.update(f"{path}\x1f{text}\x1e".encode())
        return cls(
            version=digest.hexdigest(),
            organisation=organisation,
            pools=pools,
            layouts=layouts,
            _blank=environment.from_string(""),
        )

    def pool(self, language: str, name: str, section: str) -> Pool:
        """The clauses of one section. Raises Stop when it is missing or empty."""
        try:
            return self.pools[language, name, section]
        except KeyError as error:
            raise Stop(f"the share texts lack [{section}] in {language}/{name}.clauses") from error

    def optional_pool(self, language: str, name: str, section: str) -> Pool:
        """The clauses of a section that a file may leave out."""
        return self.pools.get((language, name, section), ())

    def layout(self, network: str) -> Layout:
        """The layout of a network. Raises Rejected for one that we have no texts for."""
        try:
            return self.layouts[network]
        except KeyError as error:
            raise Rejected(
                f"there are no share texts for the network {network!r}",
                remedy=f"Name one of: {', '.join(NETWORKS)}.",
            ) from error

    def context(self, values: dict[str, Any]) -> Context:
        """One context for all clauses of a draft; ``values`` may be changed between clauses."""
        return self._blank.new_context(values, shared=True)


def _files(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".clauses", ".j2")):
            # Line ends may differ between checkouts; the version may not.
            yield prefix + entry.name, entry.read_text(encoding="utf-8").replace("\r\n", "\n")


def _compile(environment: SandboxedEnvironment, path: str, text: str) -> dict[str, Pool]:
    """Compile a file at once: each form that is not plain text becomes a block of one template."""
    blocks: dict[str, str] = {}
    sections: dict[str, list[tuple[str, str, str]]] = {}
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if found := _SECTION.match(line):
            section = found.group(1)
            sections[section] = []
        elif line and not line.startswith("#"):
            if not section:
                raise Stop(f"{path}, line {number}: a clause before the first section")
            forms = (_FORMS.sub(r"\1", line), _FORMS.sub(r"\2", line))
            for form in forms:
                if "{" in form:
                    blocks.setdefault(form, f"clause_{len(blocks)}")
            sections[section].append((line, *forms))
    source = "".join(f"{{% block {name} %}}{form}{{% endblock %}}" for form, name in blocks.items())
    try:
        compiled = environment.from_string(source).blocks
    except TemplateSyntaxError as error:
        raise Stop(f"{path} cannot be read: {error.message}") from error

    def ready(form: str) -> str | Render:
        return compiled[blocks[form]] if form in blocks else form

    return {
        section: tuple(Clause(source, ready(one), ready(other)) for source, one, other in clauses)
        for section, clauses in sections.items()
    }
