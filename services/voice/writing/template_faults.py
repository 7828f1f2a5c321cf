"""The faults that the author of a template can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.message import Message, label

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
