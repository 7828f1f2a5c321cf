"""The words of one draft: which clauses its rank selects, filled with facts and profile."""

from __future__ import annotations

from typing import Any

from services.domain.voice.angles import AUTHOR
from services.domain.voice.facts import Fact
from services.domain.voice.pairing import Pairing
from services.domain.voice.plan import AnglePlan, CampaignPlan, Sentence
from services.domain.voice.post_templates import Clause, Pool, PostTemplates
from services.domain.voice.profile import Voice
from services.domain.voice.quotation import Wrapper
from services.domain.voice.selection import choice
from services.domain.voice.subject import first_name
from services.domain.voice.terms import Term

#: The places of a post that hold sentences.
PROSE = ("hook", "lead", "quote", "summary", "again", "more", "ask")

_LENGTHS = ("long", "medium", "short")

#: Where each sentence reads the polynomial of its rank: its front here, its back one further.
_POINTS = {"hook": 1, "ask": 4, "more": 3}


class Wording:
    """Sentences on demand; what was used is noted in ``facts`` and ``clauses`` for the recipe.

    ``rank`` counts within the campaign, ``turn`` within the angle and its ``lap``.
    """

    def __init__(
        self,
        *,
        templates: PostTemplates,
        plan: CampaignPlan,
        angle: AnglePlan,
        voice: Voice,
        rank: int,
        turn: int,
        lap: int,
        stream: int,
        variant: int,
    ) -> None:
        self.plan = plan
        self.angle = angle
        self.voice = voice
        self.facts: list[Fact] = []
        self.clauses: dict[str, list[str]] = {}
        self._rank = rank
        self._turn = turn
        self._lap = lap
        self._number = turn + lap * angle.turns
        # What is promised of pairs is promised for each thousand people.
        self._number_of_a_thousand = turn + rank % 1000 // len(plan.lap) * angle.turns
        self._stream = stream
        self._variant = variant
        # Nobody is spoken of in their own text.
        author = "" if plan.author.casefold() == voice.name else plan.author
        self._values: dict[str, Any] = {
            "role": voice.role,
            "a_role": voice.a_role,
            "team": voice.team,
            "region": voice.region,
            "since": voice.since,
            "craft": self._craft(),
            "author": author,
            "first_name": first_name(author),
            "place": plan.place,
            "title": plan.title,
            "topic": plan.topics[rank % len(plan.topics)] if plan.topics else "",
            "organisation": templates.organisation,
            "quote": "",
            "snippet": "",
            "terms": "",
        }
        self._context = templates.context(self._values)

    @property
    def lengths(self) -> tuple[str, ...]:
        """The person's own length, and those that are shorter."""
        return _LENGTHS[_LENGTHS.index(self.voice.length) :]

    def full(self, hashtags: int, length: str = "") -> dict[str, str]:
        """All parts that the person's length asks for, or another ``length``."""
        self.facts.clear()
        self.clauses.clear()
        plan, angle, length = self.plan, self.angle, length or self.voice.length
        number = self._number_of_a_thousand
        parts = self._blank()
        # Two sentences say more than one, and are more alike: half of the medium texts have them.
        passage = length == "long" or (length == "medium" and (self._turn + self._lap) % 2 == 1)
        if passage:
            parts["quote"] = self._quoted("quote", angle.passage, number)
        quote = parts["quote"] = parts["quote"] or self._quoted("quote", angle.quote, number)
        parts["hook"] = self._hook(self._turn, self._lap)
        if plan.kind == "vacancy":
            parts["summary"] = self._summary()
        if length == "long":
            parts["again"] = self._quoted("again", angle.again, number + self._lap)
        if length == "long" or (length == "medium" and not passage) or not quote:
            parts["more"] = self._more()
        parts["ask"] = self._ask(self._turn, self._lap)
        parts["disclosure"] = self._disclosure(self.angle.disclosures)
        parts["hashtags"] = self.hashtags(hashtags)
        # A quotation opens every other post: those who scroll see two hundred characters.
        parts["order"] = "quote" if quote and (self._rank + self._stream) % 2 else "hook"
        return self._with_emoji(parts)

    def brief(self, shape: tuple[str, ...]) -> dict[str, str] | None:
        """The parts of one shape; None when this draft cannot have it."""
        self.facts.clear()
        self.clauses.clear()
        parts = self._blank()
        for place in shape:
            if place == "title":
                parts["title"] = self.plan.title
            elif place == "subject":
                parts["title"] = self._subject()
            elif place == "hook":
                # Most posts on X quote nothing: here it is the clauses that may not meet again.
                parts["hook"] = self._hook(self._number)
            elif place == "lead":
                parts["lead"] = self._quoted("lead", self.angle.lead, self._number)
            else:
                parts["ask"] = self._ask(self._number)
            if place != "subject" and not parts[place]:
                return None
        parts["disclosure"] = self._disclosure(self.angle.short_disclosures)
        return self._with_emoji(parts)

    def hashtags(self, most: int) -> str:
        """At most ``most`` of the topics, another first for another rank."""
        tags = self.plan.hashtags
        start = self._rank % len(tags) if tags else 0
        return " ".join([*tags[start:], *tags[:start]][:most])

    def plain_disclosure(self) -> str:
        """The shortest disclosure, where nothing longer fits."""
        rendered = (self._render(clause) for clause in self.angle.short_disclosures)
        return min(rendered, key=lambda text: (len(text), text))

    def _blank(self) -> dict[str, str]:
        return dict.fromkeys((*PROSE, "title", "disclosure", "hashtags", "link", "order"), "")

    def _render(self, clause: Clause) -> str:
        return clause.render(self._context, polite=self.voice.polite)

    def _sentence(self, place: str, sentence: Sentence, number: int, lap: int = 0) -> str:
        prime, points = sentence.prime, _POINTS[place]
        front = sentence.front[choice(prime, points, number, self._stream, lap)]
        back = sentence.back[choice(prime, points + 1, number, self._stream, lap)]
        self.clauses[place] = [front.source, back.source]
        return self._render(front) + self._render(back)

    def _hook(self, number: int, lap: int = 0) -> str:
        return self._sentence("hook", self.angle.hook, number, lap)

    def _ask(self, number: int, lap: int = 0) -> str:
        return self._sentence("ask", self.angle.ask, number, lap)

    def _more(self) -> str:
        # Every angle has the same ones.
        return self._sentence("more", self.angle.more, self._rank)

    def _quoted(self, place: str, pairing: Pairing[Wrapper, Fact], number: int) -> str:
        pair = pairing.pick(number, self._variant)
        if pair is not None and not self._usable(pair[1]):
            # From the far end, where only the largest campaigns come.
            pair = pairing.pick(pairing.size - 1 - number % pairing.size, self._variant)
        if pair is None or not self._usable(pair[1]):
            return ""
        wrapper, fact = pair
        self.facts.append(fact)
        self.clauses[place] = [wrapper.clause.source]
        self._values["quote"], self._values["snippet"] = wrapper.quote(fact), wrapper.snippet(fact)
        return self._render(wrapper.clause)

    def _usable(self, fact: Fact) -> bool:
        """Whether it repeats nothing, and does not speak of the person who posts it."""
        if not self.voice.names.isdisjoint(fact.names):
            return False
        return all(set(fact.sentences).isdisjoint(said.sentences) for said in self.facts)

    def _summary(self) -> str:
        pairing: Pairing[Clause, tuple[Term, ...]] = self.plan.summary
        pair = pairing.pick(self._rank % 1000, self._variant)
        if pair is None:
            return ""
        clause, terms = pair
        self.clauses["summary"] = [clause.source]
        self._values["terms"] = " · ".join([term.text for term in terms])
        return self._render(clause)

    def _subject(self) -> str:
        """A story's title on X: for its author, and in every other first suggestion of colleagues.

        Among short texts the words of a title weigh: not everybody can have them in common.
        """
        shown = self.angle.name == AUTHOR or not (self._variant or (self._rank + self._stream) % 2)
        return self.plan.title if shown else ""

    def _disclosure(self, clauses: Pool) -> str:
        clause = clauses[(self._rank + self._stream) % len(clauses)]
        self.clauses["disclosure"] = [clause.source]
        return self._render(clause)

    def _craft(self) -> str:
        """The craft that the content is about; a story also goes with another craft."""
        crafts = self.voice.crafts
        for craft in crafts:
            if craft.casefold() in self.plan.keywords:
                return craft
        if self.plan.kind == "vacancy" or not crafts:
            return ""
        return crafts[self._rank % len(crafts)]

    def _with_emoji(self, parts: dict[str, str]) -> dict[str, str]:
        emoji = self.plan.emoji
        if self.voice.emoji >= 1 and parts["ask"]:
            parts["ask"] += " " + emoji[self._rank % len(emoji)]
        opening = "lead" if parts["lead"] else "hook"
        if self.voice.emoji == 2 and parts[opening]:
            # Never the one that closes the post.
            further = 1 + self._stream % max(1, len(emoji) - 1)
            parts[opening] += " " + emoji[(self._rank + further) % len(emoji)]
        return parts
