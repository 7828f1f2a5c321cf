"""The promises that every clause keeps, checked for somebody who is writing one.

The same rules as on the page ``templates/posts/README.md``; the shipped clauses keep them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from services.domain.links_in_text import has_link
from services.domain.network_rules import OURS, X
from services.domain.network_text import measure_text
from services.domain.voice.boasts import boasts_in
from services.domain.voice.clause_file import Line, read_lines
from services.domain.voice.facts import SHORT_CHARACTERS
from services.domain.voice.lexicon import LEXICONS, Lexicon
from services.domain.voice.post_templates import Clause, PostTemplates
from services.domain.voice.support import Sources, check_supported
from services.domain.voice.template_syntax import PARTS, WRAPPERS, TemplateFault, syntax_faults

#: With so many clauses a section gives 289 people each a sentence of their own; with fewer than
#: the least it cannot be combined at all.
ENOUGH, LEAST = 17, 5
_ONE_IS_ENOUGH = frozenset({"prompts", "emoji"})
_OPEN = frozenset({"hook", "ask"})
#: Sections whose sentences stand in a post on X.
_ON_X = frozenset({"hook", "hook_back", "lead", "ask", "ask_back", "disclosure_short"})
#: What every disclosure says, with the organisation's name.
EMPLOYER = {"nl": "ik werk bij {}", "en": "i work at {}"}
_FAMILIAR = re.compile(r"\b(?:je|jij|jou|jouw|jullie)\b", re.IGNORECASE)
_POLITE = re.compile(r"\b(?:u|uw)\b", re.IGNORECASE)
_LINK = "https://example.org/r/abcdef"
#: A post has one link, a story's own hashtags, and nobody is named who did not ask for it.
_NOT_PROSE = re.compile(r"[<>]|(?<!\w)[#@]\w|https?:|www\.", re.IGNORECASE)
#: What stands in every text.
_ALWAYS = frozenset({"disclosure", "link"})

_EMPTY = dict.fromkeys(
    (
        "role", "a_role", "team", "region", "since", "craft", "author", "first_name", "title",
        "topic", "place",
    ),
    "",
) | {"quote": "“Een zin.”", "snippet": "“Een zin”", "terms": "T"}  # fmt: skip
_FULL = {
    "role": "monteur", "a_role": "an engineer", "team": "Oost", "region": "Twente",
    "since": "2014", "craft": "kabelwerk", "author": "Fatima El Idrissi",
    "first_name": "Fatima", "title": "Titel", "topic": "storingen", "place": "Hengelo",
    "quote": "“Een zin.”", "snippet": "“Een zin”", "terms": "Hengelo · 36 uur",
}  # fmt: skip
#: What may stand in a sample without being a claim.
_SAMPLE = Sources(_FULL.values())


def check_template(templates: PostTemplates, path: str, text: str) -> list[TemplateFault]:
    """Everything to say about ``text`` in the place of ``path``, in the order of its lines.

    Only the faults of its syntax while there are any; the rest is not looked at until then.
    """
    found = list(syntax_faults(path, text))
    if not found:
        revised = templates.revised({path: (0, text)})
        if path.endswith(".clauses"):
            found = [*_section_faults(templates, path, text), *_clause_faults(revised, path, text)]
        else:
            found = list(_layout_faults(revised, path))
    return sorted(found, key=lambda fault: fault.line)


def sections_of(templates: PostTemplates, path: str) -> list[str]:
    """The sections that a file has to have: those of the shipped one, or of one of its kind."""
    model = path if path in templates.files else model_of(path)
    return list(dict.fromkeys(line.section for line in read_lines(templates.files[model])))


def model_of(path: str) -> str:
    """The shipped file that an angle of marketing's own has the sections of."""
    return f"{path.rpartition('/')[0]}/craft.clauses"


def _section_faults(templates: PostTemplates, path: str, text: str) -> Iterator[TemplateFault]:
    wanted = sections_of(templates, path)
    lines = list(read_lines(text))
    first: dict[str, int] = {}
    for line in lines:
        if line.source:
            continue
        if line.section not in wanted:
            values = {"section": line.section, "sections": ", ".join(wanted)}
            yield TemplateFault(name="unknown_section", line=line.number, values=values)
        elif line.section in first:
            yield TemplateFault(
                name="section_twice", line=line.number, values={"section": line.section}
            )
        first.setdefault(line.section, line.number)
    for section in wanted:
        count = sum(1 for line in lines if line.section == section and line.source)
        least = 1 if section in _ONE_IS_ENOUGH else LEAST
        if count < least:
            yield TemplateFault(
                name="few_clauses",
                line=first.get(section, 0),
                values={"section": section, "least": least},
            )
        elif count < ENOUGH and section not in _ONE_IS_ENOUGH:
            yield TemplateFault(
                name="more_clauses",
                line=first[section],
                values={"section": section, "enough": ENOUGH, "people": count * count},
                blocks=False,
            )


def _clause_faults(templates: PostTemplates, path: str, text: str) -> Iterator[TemplateFault]:
    language, _, name = path.removesuffix(".clauses").partition("/")
    elsewhere = _clauses_elsewhere(templates, language, name)
    clauses = {
        clause.source: clause
        for (spoken, file, _), pool in templates.pools.items()
        if (spoken, file) == (language, name)
        for clause in pool
    }
    seen: set[str] = set()
    shortest = _shortest_disclosure(templates, language)
    for line in read_lines(text):
        if not line.source or line.section in _ONE_IS_ENOUGH:
            continue
        is_disclosure = line.section.startswith("disclosure")
        if not is_disclosure and (line.source in seen or line.source in elsewhere):
            place = elsewhere.get(line.source, name)
            yield TemplateFault(name="same_clause", line=line.number, values={"place": place})
        seen.add(line.source)
        said = _said(templates, clauses[line.source])
        yield from _each(line, said, language, templates.organisation)
        if line.section in _ON_X:
            yield from _too_long(line, said, shortest)


def _clauses_elsewhere(templates: PostTemplates, language: str, name: str) -> dict[str, str]:
    return {
        clause.source: file
        for (spoken, file, section), pool in templates.pools.items()
        if spoken == language and file != name and section not in _ONE_IS_ENOUGH
        for clause in pool
    }


def _said(templates: PostTemplates, clause: Clause) -> dict[bool, tuple[str, str]]:
    """What the clause says for an empty and for a full profile, by politeness."""
    own = {"organisation": templates.organisation}
    contexts = [templates.context(values | own) for values in (_EMPTY, _FULL)]
    return {
        polite: (
            clause.render(contexts[0], polite=polite),
            clause.render(contexts[1], polite=polite),
        )
        for polite in (False, True)
    }


def _each(
    line: Line, said: Mapping[bool, tuple[str, str]], language: str, organisation: str
) -> Iterator[TemplateFault]:
    texts = [text for pair in said.values() for text in pair]
    lexicon = LEXICONS[language]
    names = _rules(line, texts, lexicon, EMPLOYER[language].format(organisation.casefold()))
    if language == "nl":
        if any(_FAMILIAR.search(text) for text in said[True]):
            names.append("not_polite")
        if any(_POLITE.search(text) for text in said[False]):
            names.append("not_familiar")
    for name in names:
        yield TemplateFault(name=name, line=line.number)
    claims = check_supported(
        said[False][0],
        _SAMPLE,
        profile=(organisation,),
        language=language,
    )
    if claims:
        yield TemplateFault(
            name="claim", line=line.number, values={"claim": claims[0].split(" ", 2)[-1]}
        )
    for boast in boasts_in(said[False][0], language):
        yield TemplateFault(
            name="boast", line=line.number, values={"word": boast.word}, blocks=False
        )


def _rules(line: Line, texts: list[str], lexicon: Lexicon, employer: str) -> list[str]:
    """The names of the rules that these texts of one clause break."""
    section, source = line.section, line.source
    counts = [text.casefold().count(employer) for text in texts]
    broken = {
        "not_prose": any(_NOT_PROSE.search(text) or has_link(text) for text in texts),
        "shouts": any("!" in text for text in texts),
        "holes": any(re.search(r"  |\s[,.;:]|\(\)", text) for text in texts),
        "no_disclosure": section.startswith("disclosure") and min(counts) == 0,
        "discloses_twice": max(counts) > 1
        or (not section.startswith("disclosure") and _employs(texts, lexicon)),
        "front_closed": (section in _OPEN or section.endswith("_front"))
        and not all(re.fullmatch(r"[A-ZÀ-Ý].*[\w’]", text) for text in texts),
        "back_open": section.endswith("_back")
        and not all(re.fullmatch(r"[,;:]? .*[.?]", text) for text in texts),
        "no_terms": section == "summary" and "{{ terms }}" not in source,
    }
    if section in WRAPPERS:
        closed = source.count("{{ quote }}")
        end = ": {{ quote }}" if closed else "."
        broken["no_quote"] = closed + source.count("{{ snippet }}") != 1 or not source.endswith(end)
    return [name for name, is_broken in broken.items() if is_broken]


def _employs(texts: list[str], lexicon: Lexicon) -> bool:
    return any(lexicon.employment.search(text) for text in texts)


def _shortest_disclosure(templates: PostTemplates, language: str) -> str:
    pool = templates.optional_pool(language, "shared", "disclosure_short")
    context = templates.context(_EMPTY | {"organisation": templates.organisation})
    return min((clause.render(context, polite=False) for clause in pool), key=len, default="")


def _too_long(
    line: Line, said: Mapping[bool, tuple[str, str]], disclosure: str
) -> Iterator[TemplateFault]:
    """With the shortest disclosure, a link, and a short quotation where one belongs."""
    if line.section == "disclosure_short":
        disclosure = ""
    quoted = SHORT_CHARACTERS // 2 if line.section == "lead" else 0
    longest = max(
        measure_text(X, f"{text}\n\n{disclosure}\n{_LINK}").length
        for pair in said.values()
        for text in pair
    )
    if longest + quoted > X.limit:
        values = {"over": longest + quoted - X.limit}
        yield TemplateFault(name="too_long_for_x", line=line.number, values=values)


def _layout_faults(templates: PostTemplates, path: str) -> Iterator[TemplateFault]:
    """Set every arrangement that the composer can ask for, each part as a word of its own."""
    network = path.removesuffix(".j2")
    layout = templates.layouts[network]
    rules = OURS.get(network)
    brief = rules is not None and rules.brief
    for present in [*_brief_arrangements(), *([] if brief else _full_arrangements())]:
        parts = dict.fromkeys(PARTS, "") | {name: f"⟦{name}⟧" for name in present}
        parts["order"] = "quote" if "order" in present else "hook"
        text = layout.set(parts)
        for name in sorted(present - {"order"}):
            times = text.count(parts[name])
            if times != 1:
                missing = {"link": "no_link", "disclosure": "no_disclosure_part"}
                rule = "part_twice" if times else missing.get(name, "part_missing")
                yield TemplateFault(name=rule, values={"part": name})
                return
        own = re.sub(r"⟦\w+⟧", "", text)
        if re.search(r"\w", own):
            yield TemplateFault(name="own_words")
            return


def _full_arrangements() -> Iterator[frozenset[str]]:
    """Which parts may stand together in a text that has room."""
    for some in _chosen("quote", "summary", "again", "more", "hashtags", "order"):
        if "quote" in some or "order" not in some:
            yield some | _ALWAYS | {"hook", "ask"}


def _brief_arrangements() -> Iterator[frozenset[str]]:
    """The same in a brief one."""
    for some in _chosen("title", "lead", "hook", "ask", "hashtags"):
        if not some >= {"lead", "hook"} and some & {"hook", "lead", "ask", "title"}:
            yield some | _ALWAYS


def _chosen(*names: str) -> Iterator[frozenset[str]]:
    """Every choice of these."""
    for chosen in product((False, True), repeat=len(names)):
        yield frozenset(name for name, is_there in zip(names, chosen, strict=True) if is_there)
