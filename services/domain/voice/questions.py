"""The question beside a draft: made of who is asked and what the passage speaks of.

Each has the passage's own noun in it. Where none is safe the passage's first sentence stands before
it, so that nobody has to guess what is meant.
"""

from __future__ import annotations

from services.domain.voice.passages import Passage
from services.domain.voice.relations import Relation
from services.domain.voice.sentences import split_sentences
from services.domain.voice.statements import bare_words

#: About a thing, and about what stands before.
_Asked = tuple[tuple[str, str], ...]

_STORY_NL: dict[Relation, _Asked] = {
    Relation.AUTHOR: (
        ("Wat staat er over {} niet in, en zou je aan een vriend wel vertellen?",
         "Wat staat er niet in, en zou je aan een vriend wel vertellen?"),
        ("Wie zei je als eerste iets over {}, en wat?", "Wie zei je hier als eerste iets over?"),
        ("Wat doe je sinds {} anders?", "Wat doe je sindsdien anders?"),
    ),
    Relation.NAMED: (
        ("Wat deed jij zelf bij {}?", "Wat deed jij daar zelf?"),
        ("Wat zag jij bij {} dat er niet in staat?", "Wat zag jij dat er niet in staat?"),
        ("Wat dacht je toen je van {} hoorde?", "Wat dacht je op dat moment?"),
    ),
    Relation.TEAM: (
        ("Hoe merkte jij {} op een gewone dag?", "Hoe merkte jij dit op een gewone dag?"),
        ("Wat was jouw deel bij {}?", "Wat was jouw deel daarin?"),
        ("Wat zegt jullie team nu over {}?", "Wat doet jullie team sindsdien anders?"),
    ),
    Relation.CRAFT: (
        ("Wanneer had jij zelf zoiets als {}?", "Wanneer ging dit bij jou mis?"),
        ("Wat leer jij nieuwe collega’s over {}?", "Wat leer jij nieuwe collega’s hierover?"),
        ("Waar let jij op bij {}?", "Waar let jij dan op?"),
    ),
    Relation.PLACE: (
        ("Wat merkte jij in de buurt van {}?", "Wat merkte jij daar in de buurt van?"),
        ("Wie ken jij die met {} te maken heeft?", "Wie ken jij die hiermee te maken heeft?"),
        ("Waarin had {} anders gekund?", "Waarin had dit anders gekund?"),
    ),
    Relation.KNOWS_AUTHOR: (
        ("Wat hoorde jij van je collega over {}?", "Wat hoorde jij hier zelf over?"),
        ("Waarin had {} anders gekund?", "Waarin had dit anders gekund?"),
        ("Hoe raakt {} jouw werk?", "Hoe raakt dit jouw werk?"),
    ),
    Relation.COLLEAGUE: (
        ("Hoe raakt {} jouw werk?", "Hoe raakt dit jouw werk?"),
        ("Waarin had {} anders gekund?", "Waarin had dit anders gekund?"),
        ("Wat zou jij aan {} willen vragen of toevoegen?", "Wat zou jij hieraan toevoegen?"),
    ),
}  # fmt: skip
_VACANCY_NL: dict[Relation, _Asked] = {
    Relation.ROLE: (
        ("Wat had je zelf over {} willen weten voor je begon?",
         "Wat had je zelf willen weten voor je begon?"),
        ("Wat deed je gisteren met {}?", "Hoe ging dit bij jou de laatste keer?"),
        ("Wat is er lastig aan {}?", "Wat is hier lastig aan?"),
    ),
    Relation.TEAM: (
        ("Hoe gaat {} bij jullie op een gewone dag?", "Hoe gaat dit bij jullie op een gewone dag?"),
        ("Wat moet een nieuwe collega weten over {}?", "Wat moet een nieuwe collega hierover weten?"),
        ("Wat is er lastig aan {}?", "Wat is hier lastig aan?"),
    ),
    Relation.CRAFT: (
        ("Wat leerde jij als eerste over {}?", "Wat leerde jij hier als eerste over?"),
        ("Wat is er lastig aan {}?", "Wat is hier lastig aan?"),
        ("Wie zou je {} toevertrouwen?", "Wie zou je dit toevertrouwen?"),
    ),
    Relation.PLACE: (
        ("Wat zie jij bij jullie van {}?", "Wat zie jij hiervan bij jullie?"),
        ("Wat moet iemand van buiten weten over {}?", "Wat moet iemand van buiten hierover weten?"),
        ("Wie ken jij die {} zou willen?", "Wie ken jij die dit zou willen?"),
    ),
    Relation.COLLEAGUE: (
        ("Wanneer had jij met {} te maken?", "Wanneer had jij hiermee te maken?"),
        ("Wie ken jij die {} zou willen?", "Wie ken jij die dit zou willen?"),
        ("Wat zou je over {} vragen voor je ja zei?", "Wat zou je vragen voor je ja zei?"),
    ),
}  # fmt: skip
_STORY_EN: dict[Relation, _Asked] = {
    Relation.AUTHOR: (
        ("What about {} did you leave out, and would tell a friend?",
         "What did you leave out, and would tell a friend?"),
        ("Who was the first to say something about {}, and what?",
         "Who was the first to say something about this?"),
        ("What do you do differently since {}?", "What do you do differently since then?"),
    ),
    Relation.NAMED: (
        ("What did you do yourself with {}?", "What did you do there yourself?"),
        ("What did you see of {} that is not in the story?", "What did you see that is not in it?"),
        ("What did you think when you heard of {}?", "What did you think at that moment?"),
    ),
    Relation.TEAM: (
        ("How did you notice {} on an ordinary day?", "How did you notice this on an ordinary day?"),
        ("What was your part in {}?", "What was your part in that?"),
        ("What does your team say about {} now?", "What does your team do differently since?"),
    ),
    Relation.CRAFT: (
        ("When did you have something like {}?", "When did this go wrong for you?"),
        ("What do you teach new colleagues about {}?", "What do you teach new colleagues about this?"),
        ("What do you look for with {}?", "What do you look for then?"),
    ),
    Relation.PLACE: (
        ("What did you notice near {}?", "What did you notice of this nearby?"),
        ("Who do you know that deals with {}?", "Who do you know that deals with this?"),
        ("What about {} could have gone differently?", "What could have gone differently?"),
    ),
    Relation.KNOWS_AUTHOR: (
        ("What did you hear from your colleague about {}?", "What did you hear about this yourself?"),
        ("What about {} could have gone differently?", "What could have gone differently?"),
        ("How does {} touch your work?", "How does this touch your work?"),
    ),
    Relation.COLLEAGUE: (
        ("How does {} touch your work?", "How does this touch your work?"),
        ("What about {} could have gone differently?", "What could have gone differently?"),
        ("What would you add about {}?", "What would you add to this?"),
    ),
}  # fmt: skip
_VACANCY_EN: dict[Relation, _Asked] = {
    Relation.ROLE: (
        ("What would you have liked to know about {} before you started?",
         "What would you have liked to know before you started?"),
        ("What did you do with {} yesterday?", "How did this go for you the last time?"),
        ("What is hard about {}?", "What is hard about this?"),
    ),
    Relation.TEAM: (
        ("How does {} go in your team on an ordinary day?", "How does this go on an ordinary day?"),
        ("What should a new colleague know about {}?", "What should a new colleague know about this?"),
        ("What is hard about {}?", "What is hard about this?"),
    ),
    Relation.CRAFT: (
        ("What did you learn first about {}?", "What did you learn first about this?"),
        ("What is hard about {}?", "What is hard about this?"),
        ("Who would you trust with {}?", "Who would you trust with this?"),
    ),
    Relation.PLACE: (
        ("What do you see of {} where you work?", "What do you see of this where you work?"),
        ("What should somebody from outside know about {}?",
         "What should somebody from outside know about this?"),
        ("Who do you know that would want {}?", "Who do you know that would want this?"),
    ),
    Relation.COLLEAGUE: (
        ("When did you have to do with {}?", "When did you have to do with this?"),
        ("Who do you know that would want {}?", "Who do you know that would want this?"),
        ("What would you ask about {} before you said yes?", "What would you ask before you said yes?"),
    ),
}  # fmt: skip
_QUESTIONS = {
    ("nl", "story"): _STORY_NL,
    ("nl", "vacancy"): _VACANCY_NL,
    ("en", "story"): _STORY_EN,
    ("en", "vacancy"): _VACANCY_EN,
}
_WITHOUT = {"nl": "Over “{}”: ", "en": "About “{}”: "}
#: A longer sentence before a question is not read.
_LONGEST = 140


def questions_of(
    language: str, kind: str, relation: Relation, passage: Passage | None, *, title: str = ""
) -> tuple[str, ...]:
    """Three questions, the first to be shown; without a passage they are about the ``title``."""
    asked = _QUESTIONS[language, kind][relation]
    if passage is not None and passage.noun:
        return tuple(about.format(passage.noun) for about, _ in asked)
    before = _WITHOUT[language].format(title) if title else ""
    if passage is not None:
        first = split_sentences(passage.text)[0]
        before = f"“{first}” " if len(first) <= _LONGEST else before
    return tuple(before + then for _, then in asked)


def words_asked(language: str) -> frozenset[str]:
    """Every word of these questions."""
    asked = [
        each
        for (spoken, _), tables in _QUESTIONS.items()
        if spoken == language
        for pairs in tables.values()
        for pair in pairs
        for each in pair
    ]
    return frozenset(bare_words(" ".join(asked)))
