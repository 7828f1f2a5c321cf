"""The share texts of `templates/posts`: clauses to combine and layouts to set them in.

Everything is compiled once, in Jinja2's sandbox without globals; what comes from outside is only
ever a value, never source. What marketing changed comes as source of another kind: it is compiled
only after `template_syntax` found nothing in it but fields and conditions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from services.domain.voice.clause_file import read_lines
from services.domain.voice.template_syntax import check_syntax
from services.errors import Stop

LANGUAGES = ("nl", "en")
#: The layout of networks without one of their own.
DEFAULT_LAYOUT = "default"

_SUFFIX = ".clauses"

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

    ``version`` is a hash of every file, so that equal versions give equal texts. ``files`` holds
    their sources by path below ``templates/posts``; ``edited`` the version number of each that is
    not as it was shipped.
    """

    version: str
    organisation: str
    files: Mapping[str, str] = field(repr=False)
    edited: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[tuple[str, str, str], Pool]
    layouts: Mapping[str, Layout]
    _environment: SandboxedEnvironment = field(repr=False)
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
            if path.endswith(_SUFFIX):
                pools |= _pools(environment, path, text)
        try:
            layouts = {
                path.removesuffix(".j2"): Layout(_compiled(environment, text))
                for path, text in files.items()
                if path.endswith(".j2")
            }
        except TemplateSyntaxError as error:
            raise Stop(f"a layout of the share texts cannot be read: {error.message}") from error
        if DEFAULT_LAYOUT not in layouts:
            raise Stop(f"the share texts lack the layout {DEFAULT_LAYOUT}.j2")
        return cls(
            version=_version(files),
            organisation=organisation,
            files=files,
            pools=pools,
            layouts=layouts,
            _environment=environment,
            _blank=_compiled(environment, ""),
        )

    def revised(self, changes: Mapping[str, tuple[int, str]]) -> PostTemplates:
        """These templates with other files in the place of theirs, or beside them.

        ``changes`` holds version number and source by path. Only these are compiled. Raises
        Rejected naming the first that holds more than fields and conditions.
        """
        files = dict(self.files)
        pools = dict(self.pools)
        layouts = dict(self.layouts)
        for path, (_, text) in changes.items():
            check_syntax(path, text)
            files[path] = text
            if path.endswith(_SUFFIX):
                language, name = _place(path)
                pools = {key: pool for key, pool in pools.items() if key[:2] != (language, name)}
                pools |= _pools(self._environment, path, text)
            else:
                layouts[path.removesuffix(".j2")] = Layout(_compiled(self._environment, text))
        return replace(
            self,
            version=_version(files),
            files=files,
            edited={**self.edited, **{path: number for path, (number, _) in changes.items()}},
            pools=pools,
            layouts=layouts,
        )

    def names(self, language: str, kind: str) -> tuple[str, ...]:
        """The angles that there are clauses for, shipped ones and marketing's own, by name."""
        start = f"{language}/{kind}/"
        names = (path[len(start) : -len(_SUFFIX)] for path in self.files if path.startswith(start))
        return tuple(sorted(name for name in names if name != "shared"))

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
        """The layout of a network: its own, or else the one for all."""
        return self.layouts.get(network) or self.layouts[DEFAULT_LAYOUT]

    def context(self, values: dict[str, Any]) -> Context:
        """One context for all clauses of a draft; ``values`` may be changed between clauses."""
        return self._blank.new_context(values, shared=True)


def _compiled(environment: SandboxedEnvironment, source: str) -> Template:
    template = environment.from_string(source)
    # There are none, and each text asks: a plain dictionary answers sooner than a chain of two.
    template.globals = {}
    return template


def _files(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((_SUFFIX, ".j2")):
            # Line ends may differ between checkouts; the version may not.
            yield prefix + entry.name, entry.read_text(encoding="utf-8").replace("\r\n", "\n")


def _version(files: Mapping[str, str]) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path, text in sorted(files.items()):
        digest.update(f"{path}\x1f{text}\x1e".encode())
    return digest.hexdigest()


def _place(path: str) -> tuple[str, str]:
    language, _, name = path.removesuffix(_SUFFIX).partition("/")
    return language, name


def _pools(
    environment: SandboxedEnvironment, path: str, text: str
) -> dict[tuple[str, str, str], Pool]:
    """Compile a file at once: each form that is not plain text becomes a block of one template."""
    language, name = _place(path)
    blocks: dict[str, str] = {}
    sections: dict[str, list[tuple[str, str, str]]] = {}
    for line in read_lines(text):
        if not line.section:
            raise Stop(f"{path}, line {line.number}: a clause before the first section")
        clauses = sections.setdefault(line.section, [])
        if not line.source:
            continue
        for form in line.forms:
            if "{" in form:
                blocks.setdefault(form, f"clause_{len(blocks)}")
        clauses.append((line.source, *line.forms))
    source = "".join(f"{{% block {name} %}}{form}{{% endblock %}}" for form, name in blocks.items())
    try:
        compiled = environment.from_string(source).blocks
    except TemplateSyntaxError as error:
        raise Stop(f"{path} cannot be read: {error.message}") from error

    def ready(form: str) -> str | Render:
        return compiled[blocks[form]] if form in blocks else form

    return {
        (language, name, section): tuple(
            Clause(source, ready(one), ready(other)) for source, one, other in clauses
        )
        for section, clauses in sections.items()
    }
