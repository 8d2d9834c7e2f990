"""The words and codes that name drugs and allergens, as one value handed to whoever reads a chart.

Built from the knowledge tables (a level above); this room only looks things up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar

from cds_service.terminology.combination import is_a_basis, is_per_inhalation, joined, said_once, with_listed
from cds_service.terminology.conditions import ConditionNames
from cds_service.terminology.laboratory_tests import is_in_a_test
from cds_service.terminology.lexicon import Lexicon, Mention
from cds_service.terminology.longer_names import LongerNames
from cds_service.terminology.notes.mention import NoteWords
from cds_service.terminology.several import Parts, parts_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drug:
    """An ingredient: RxNorm concept id and today's US name."""

    rxcui: str
    name: str


@dataclass(frozen=True, slots=True)
class Naming:
    """The drug that a text names first; a combination counts as one.

    `certain` is False when only an abbreviation that means several things names it. `unknown` are words that stand as
    further components of the combination and are not known, `others` names of other drugs in the text. `written` is
    what was written: RxNorm has vitamin B6 and pyridoxine, which are one drug to every check and two in an order.
    """

    drugs: tuple[Drug, ...]
    span: tuple[int, int]
    text: str
    certain: bool
    unknown: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    written: tuple[Drug, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """`rxnorm`: any known RxCUI -> ingredient RxCUIs. `allergens`: (system, code) -> allergy groups.

    `group_words` finds words that name an allergy group ("pcn"); its entries carry group keys in place of RxCUIs.
    `group_members`: allergy group -> ingredient RxCUIs. `group_side_effects`: allergy group -> kinds of reaction that
    are no allergy to its members. `conditions` knows the codes and names of problems, `chronic`
    the names of long-standing ones that a note may hold, `products` the full names of imported products by RxCUI.
    `components` are names that are everyday words ("starch") and count only as a component of a combination.
    """

    drugs: Mapping[str, Drug]
    lexicon: Lexicon
    rxnorm: Mapping[str, tuple[str, ...]]
    allergens: Mapping[tuple[str, str], tuple[str, ...]]
    group_words: Lexicon
    group_members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    group_side_effects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    conditions: ConditionNames = field(default_factory=ConditionNames)
    chronic: Lexicon = field(default_factory=Lexicon)
    products: Mapping[str, str] = field(default_factory=dict)
    components: Lexicon = field(default_factory=Lexicon)

    def by_code(self, rxcui: str) -> tuple[Drug, ...]:
        """Ingredients of an RxNorm concept; empty when we do not know it."""
        return tuple(self.drugs[known] for known in self.rxnorm.get(rxcui, ()))

    def remembered(self, read: Callable[[Vocabulary, bytes], T]) -> Callable[[bytes], T]:
        """`read` with these words, keeping what a bounded number of values were read as."""
        if read not in self._kept:
            self._kept[read] = lru_cache(maxsize=8192)(partial(read, self))
        kept: Callable[[bytes], T] = self._kept[read]
        return kept

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def note_words(self) -> NoteWords:
        """The words that notes are searched for."""
        return NoteWords(self.lexicon, self.group_words, self.chronic, is_in_a_test)

    def named_in(self, text: str) -> Naming | None:
        """The drug a text names, exactly; None when there is no exact name in it, or only a part of a longer one of
        which another word is misspelt."""
        return self._remembered(text)

    @cached_property
    def _remembered(self) -> Callable[[str], Naming | None]:
        """The same names stand in many charts: what a text was read as is kept, for a bounded number of texts."""
        return lru_cache(maxsize=8192)(self._read)

    def orders_in(self, text: str) -> Parts:
        """The texts of the orders that one typed text holds: usually the text itself."""
        return self._parted(text)

    @cached_property
    def _parted(self) -> Callable[[str], Parts]:
        return lru_cache(maxsize=8192)(self._part)

    def is_combination(self, rxcuis: Iterable[str]) -> bool:
        """True when there is a product of exactly these ingredients, two or more."""
        return frozenset(rxcuis) in self._combinations

    def _part(self, text: str) -> Parts:
        mentions = self._mentions(text, self.lexicon)
        if len(mentions) > 1:
            mentions = with_listed(text, mentions, self._mentions(text, self.components))
        return parts_of(text, mentions, self._combinations.__contains__)

    def _mentions(self, text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
        return tuple(
            found
            for found in lexicon.find(text)
            if not is_in_a_test(text, found.span[1]) and not is_per_inhalation(text, found.span)
        )

    def _read(self, text: str) -> Naming | None:
        said = said_once(text)
        mentions = self._mentions(said, self.lexicon)
        if not mentions:
            return None
        together = joined(said, mentions, self._mentions(said, self.components))
        whole = tuple(mention for mention in together.names if not self._longer.hold(mention, said))
        if not whole:
            return None
        sure = self._sure(whole)
        named = sure or whole
        rxcuis = dict.fromkeys(rxcui for mention in named for rxcui in mention.rxcuis)
        start, end = together.span
        others = (
            mention.text
            for mention in mentions
            if mention.span[0] >= end
            and not set(mention.rxcuis) <= rxcuis.keys()
            and not is_a_basis(said, mention.span)
        )
        return Naming(
            drugs=tuple(self.drugs[rxcui] for rxcui in rxcuis),
            span=together.span,
            text=text[start:end],
            certain=bool(sure),
            unknown=(*(m.text for m in together.names if m not in named), *together.unknown),
            others=tuple(dict.fromkeys(others)),
            written=tuple(dict.fromkeys(drug for mention in named for drug in self._written(mention))),
        )

    def _written(self, mention: Mention) -> tuple[Drug, ...]:
        if mention.concept:
            return (self._concepts[mention.concept],)
        return tuple(self.drugs[rxcui] for rxcui in mention.rxcuis)

    @cached_property
    def _concepts(self) -> Mapping[str, Drug]:
        """What RxNorm has beside an ingredient of ours, each by the first of its names."""
        named = reversed([entry for entry in self.lexicon.entries if entry.concept])
        return {entry.concept: Drug(entry.concept, entry.name) for entry in named}

    @cached_property
    def _longer(self) -> LongerNames:
        return LongerNames((*self.lexicon.entries, *self.components.entries))

    def _sure(self, together: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """The mentions that leave no doubt. An abbreviation is sure as part of a known combination: "losartan/hctz"."""
        if frozenset(rxcui for mention in together for rxcui in mention.rxcuis) in self._combinations:
            return together
        return tuple(mention for mention in together if mention.certain)

    @cached_property
    def _combinations(self) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(rxcuis) for rxcuis in self.rxnorm.values() if len(rxcuis) > 1)

    def names(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every certain name with its ingredients: what a misspelling may have meant."""
        return tuple((entry.name, entry.rxcuis) for entry in self.lexicon.entries if entry.certain)
