"""The promises that every layout keeps, checked for the author of a new one.

The same rules as on the page ``templates/posts/README.md``; the shipped layouts keep them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from services.accounts.rules import X
from services.language.patterns import words_pattern
from services.people.rules.disclosure import FIRST_PERSON
from services.text.links_in_text import has_link
from services.text.network_text import EMOJI, measure_text
from services.voice.checking.boasts import boasts_in, is_praise
from services.voice.checking.support import Sources, check_supported
from services.voice.vocabulary import phrases_of, plain_words, vocabulary
from services.voice.writing.layout_syntax import SLOTS, TemplateFault, syntax_faults
from services.voice.writing.post_templates import Layout, PostTemplates
from services.voice.writing.relations import Relation

#: Of each length a file has so many, or the first few colleagues would post the same.
LEAST = 4
#: Words of a layout outside its slots.
MOST_WORDS = 60
#: More slots that are asked for than this are not tried out in every combination.
_MOST_OPTIONAL = 6

#: A post has one link, a story's own hashtags, and no one is named or asked without their wish.
_NOT_PROSE = re.compile(r"[<>?!“”\"]|(?<!\w)[#@]\w|https?:|www\.", re.IGNORECASE)
_HOLES = re.compile(r"[^\S\n]{2}|[^\S\n][,.;:]|\(\)|(?:^|\n)[,.;:]|,\.|::")
_SLOT = re.compile(r"⟦\w+⟧")
_ENDED = re.compile(r"⟦(?:passage|answer)⟧")
_BEFORE_LINK = re.compile(r"(?:^|[.:…”]\s)$")
#: Its slot gets "My colleague …", with a capital.
_AUTHOR_INSIDE = re.compile(r"(?<![\n.:…] )(?<!\n)(?<!\A)⟦author⟧")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def check_template(templates: PostTemplates, path: str, text: str) -> list[TemplateFault]:
    """Everything to say about ``text`` in the place of ``path``, in the order of its lines.

    Only the faults of its syntax while there are any; the rest is checked after that.
    """
    found = list(syntax_faults(path, text))
    if not found:
        language, kind, name = path.removesuffix(".j2").split("/")
        layouts = templates.revised({path: (0, text)}).pools[path]
        found = list(_few(layouts))
        for layout in layouts:
            found += _faults(layout, language, kind, Relation(name), templates.organisation)
    return sorted(found, key=lambda fault: fault.line)


def _few(layouts: tuple[Layout, ...]) -> Iterator[TemplateFault]:
    short = sum(layout.short for layout in layouts)
    answered = {"answer" in layout.uses for layout in layouts}
    if min(short, len(layouts) - short) < LEAST or len(answered) == 1:
        yield TemplateFault("few", 0, {"least": LEAST})


def _faults(
    layout: Layout, language: str, kind: str, relation: Relation, organisation: str
) -> Iterator[TemplateFault]:
    broken: dict[str, None] = {}
    for shown in _combinations(layout):
        marked = {name: f"⟦{name}⟧" if name in shown else "" for name in SLOTS}
        for polite in (False, True) if phrases_of(language).polite else (False,):
            text = layout.render(marked, polite=polite)
            broken |= dict.fromkeys(_rules(text, shown, language, polite=polite))
    if relation is Relation.AUTHOR and "author" in layout.uses:
        broken["author"] = None
    if kind == "vacancy" and not layout.uses & {"job", "a_job"}:
        broken["no_job"] = None
    yield from (TemplateFault(name, layout.line) for name in broken)
    yield from _claims(layout, language, organisation)


def _combinations(layout: Layout) -> Iterator[frozenset[str]]:
    """Every choice of its optional slots, with those that it needs."""
    optional = sorted(layout.uses - layout.needs)[:_MOST_OPTIONAL]
    for chosen in product((False, True), repeat=len(optional)):
        yield layout.needs | {name for name, there in zip(optional, chosen, strict=True) if there}


def _rules(text: str, shown: frozenset[str], language: str, *, polite: bool) -> list[str]:
    """The names of the rules that this text of one layout breaks; slots are marked in it."""
    own, phrases = _SLOT.sub("", text), phrases_of(language)
    other = phrases.familiar if polite else phrases.polite
    line = next((line for line in text.split("\n") if "⟦link⟧" in line), "")
    before, _, after = line.partition("⟦link⟧")
    broken = {
        "no_disclosure": not (_discloses(text) or _is_for_disclosed(text)),
        "link": text.count("⟦link⟧") != 1 or bool(after.strip()) or not _BEFORE_LINK.search(before),
        "too_many_words": len(re.findall(r"[\w’'-]+", own)) > MOST_WORDS,
        "answer_later": "answer" in shown and not text.startswith("⟦answer⟧"),
        "author": bool(_AUTHOR_INSIDE.search(text)),
        "twice": any(text.count(f"⟦{name}⟧") > 1 for name in ("passage", "answer", "author")),
        "not_prose": bool(_NOT_PROSE.search(own) or EMOJI.search(own)) or has_link(own),
        "holes": bool(_HOLES.search(_SLOT.sub("x", text))),
        "opinion": vocabulary(language)["opinions"].within(plain_words(own))
        or is_praise(own, language),
        "address": bool(other) and words_pattern(other).search(own) is not None,
    }
    return [name for name, is_broken in broken.items() if is_broken]


def _discloses(text: str) -> bool:
    """Whether it names the employer once, in a sentence that says that the writer works there."""
    if text.count("⟦employer⟧") != 1:
        return False
    sentences = _SENTENCE_END.split(_ENDED.sub("x.", text))
    return any("⟦employer⟧" in sentence and FIRST_PERSON.search(sentence) for sentence in sentences)


def _is_for_disclosed(text: str) -> bool:
    """Whether it goes with an answer that names the employer itself."""
    return text.startswith("⟦answer⟧") and "⟦employer⟧" not in text


def _claims(layout: Layout, language: str, organisation: str) -> Iterator[TemplateFault]:
    values = {**phrases_of(language).sample, "employer": organisation}
    text = layout.render(values)
    claims = check_supported(text, Sources(values.values()), language=language)
    if claims:
        yield TemplateFault("claim", layout.line, {"claim": str(claims[0].values["said"])})
    over = measure_text(X, text).length - X.limit
    if layout.short and over > 0:
        yield TemplateFault("too_long_for_x", layout.line, {"over": over})
    for boast in boasts_in(text, language):
        yield TemplateFault("boast", layout.line, {"word": boast.word}, blocks=False)
