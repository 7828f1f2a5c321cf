"""The share texts of `templates/posts`: layouts, each a whole post with slots for what is known.

Everything is compiled once, in Jinja2's sandbox without globals, after `layout_syntax` found nothing
in it but slots and conditions; what comes from outside is only ever a value, never source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from services.errors import Rejected, Stop
from services.language import LANGUAGES
from services.message import message
from services.voice.writing.layout_syntax import Section, check_syntax, read_sections, slots_of
from services.voice.writing.relations import RELATIONS, Relation

KINDS = tuple(RELATIONS)
_SUFFIX = ".j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(Section):
    """One whole post. ``uses`` are the slots that it names, ``needs`` those that it cannot be without."""

    uses: frozenset[str]
    needs: frozenset[str]
    familiar: Template = field(repr=False)
    polite: Template = field(repr=False)

    def render(self, values: Mapping[str, str], *, polite: bool = False) -> str:
        """The post; every slot must be in ``values``, empty where nothing is known."""
        template = self.polite if polite else self.familiar
        context = template.new_context(dict(values), shared=True)
        return "".join(template.root_render_func(context)).strip()


Pool = tuple[Layout, ...]


@dataclass(frozen=True, kw_only=True)
class PostTemplates:
    """All layouts by path, and their version.

    ``version`` is a hash of every file, so that equal versions give equal texts. ``files`` holds
    their sources by path below ``templates/posts``; ``edited`` the version number of each that is
    not as it was shipped.
    """

    organisation: str
    files: Mapping[str, str] = field(repr=False)
    edited: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(repr=False)

    @classmethod
    def load(
        cls, directory: Traversable | None = None, *, organisation: str = "Zwaan"
    ) -> PostTemplates:
        """Read and compile every file below ``directory`` (by default our own).

        Raises Stop naming the file and line that cannot be used, or the file that is not there.
        """
        directory = directory or resources.files("templates").joinpath("posts")
        files = dict(sorted(_files(directory)))
        for path in PATHS:
            if path not in files:
                raise Stop(message("texts.lacking", "the share texts lack {path}", path=path))
        try:
            pools = {path: _compiled(path, text) for path, text in files.items() if path in PATHS}
        except Rejected as fault:
            raise Stop(fault.message) from fault
        return cls(organisation=organisation, files=files, pools=pools)

    def revised(self, changes: Mapping[str, tuple[int, str]]) -> PostTemplates:
        """These templates with other files in the place of theirs.

        ``changes`` holds version number and source by path. Only these are compiled. Raises
        Rejected naming the first that holds more than slots and conditions.
        """
        texts = {path: text for path, (_, text) in changes.items() if path in PATHS}
        return replace(
            self,
            files={**self.files, **texts},
            edited={**self.edited, **{path: changes[path][0] for path in texts}},
            pools={**self.pools, **{path: _compiled(path, text) for path, text in texts.items()}},
        )

    @cached_property
    def version(self) -> str:
        digest = hashlib.blake2b(digest_size=6)
        for path, text in sorted(self.files.items()):
            digest.update(f"{path}\x1f{text}\x1e".encode())
        return digest.hexdigest()

    def layouts(self, language: str, kind: str, relation: Relation) -> Pool:
        return self.pools[path_of(language, kind, relation)]


def path_of(language: str, kind: str, relation: Relation) -> str:
    return f"{language}/{kind}/{relation}{_SUFFIX}"


#: All files there are: one a language, kind and relation.
PATHS = tuple(
    path_of(language, kind, relation)
    for language in LANGUAGES
    for kind, relations in RELATIONS.items()
    for relation in relations
)


_ENVIRONMENT = SandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.globals.clear()


def _compiled(path: str, text: str) -> Pool:
    check_syntax(path, text)
    return tuple(map(_layout, read_sections(text)))


def _layout(section: Section) -> Layout:
    uses, needs = slots_of(section)
    familiar, polite = section.forms
    compiled = _template(familiar)
    return Layout(
        **asdict(section),
        uses=uses,
        needs=needs,
        familiar=compiled,
        polite=compiled if polite == familiar else _template(polite),
    )


def _template(source: str) -> Template:
    template = _ENVIRONMENT.from_string(source)
    # There are none, and each text asks: a plain dictionary answers sooner than a chain of two.
    template.globals = {}
    return template


def _files(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            # Line ends may differ between checkouts; the version may not.
            yield prefix + entry.name, entry.read_text(encoding="utf-8").replace("\r\n", "\n")
