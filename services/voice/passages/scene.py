"""Where a story plays, in its own words: "De Hefbrug Oosterweel", "Cold Store 4 at our Grimsby depot".

A passage from the middle is led in by it. Only a name that the source itself makes its subject: in
its title, or at the beginning of one of the first sentences.
"""

from __future__ import annotations

import re

from services.voice.passages.telling import Source
from services.voice.vocabulary import given_names, plain_words

_NAME = r"[A-ZÀ-Þ][\w'’-]+(?:(?: (?:of|van|de|der|den|the))? [A-ZÀ-Þ][\w'’-]+){0,3}(?: \d+)?"
_SCENE = re.compile(
    # "De kademuur aan de Touwslagerskade", "our Northgate depot", "the Twelve Hour Swim";
    rf"(?:\b(?:the|de|het|our|onze|ons)|^(?:The|De|Het|Our|Onze|Ons)) "
    rf"(?:[a-zà-ÿ][\w-]{{2,}} (?:at|aan|bij|on) (?:the |de |het )?)?(?P<name>{_NAME})"
    # "gemaal De Snoek";
    rf"|\b[a-zà-ÿ]{{4,}} (?P<called>(?:De|Het|'t|’t) {_NAME})"
    # "Cold Store 4 at our Grimsby depot".
    rf"|\b(?P<numbered>[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)* \d+) (?:at|in) our {_NAME} [a-z]+"
)
_TOWN = re.compile(rf" (?:in|at|te) {_NAME}")
_SENTENCES = 4


def scene_of(source: Source) -> str:
    """Empty where none is named, and of a job, where the post names it."""
    if source.is_vacancy:
        return ""
    title = source.title.casefold()
    for sentence in source.sentences[:_SENTENCES]:
        for found in _SCENE.finditer(sentence.text):
            name = found["name"] or found["called"] or found["numbered"]
            first = name.split()[0]
            dated = any(word in source.words["dates"] for word in plain_words(name))
            if dated or first in given_names() or first in source.people.known:
                continue
            if name.casefold() in title or (not found.start() and " " in name):
                town = _TOWN.match(sentence.text, found.end())
                scene = found[0] + (town[0] if town else "")
                return scene[0].upper() + scene[1:]
    return ""
