"""What an allergy entry is about: ingredients and allergy groups, from its codes and its words.

The codes speak before the words, exact names before doubtful ones; a contradiction is noted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.chart.allergies.words import about, denies
from cds_service.chart.fhir_json import Resource, codings, labels_of, modified, objects
from cds_service.terminology.lexicon import Mention
from cds_service.terminology.reactions import SIDE_EFFECTS
from cds_service.terminology.systems import RXNORM
from cds_service.terminology.vocabulary import Drug, Vocabulary

NOT_DRUGS = "not-drugs"  # the allergy group of substances that are no drugs


@dataclass(frozen=True, slots=True)
class Allergens:
    """What an entry is about: ingredients and allergy groups. `span` is set where only a doubtful name was found."""

    drugs: tuple[Drug, ...] = ()
    groups: frozenset[str] = frozenset()
    label: str = ""
    span: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.drugs or self.groups)

    @property
    def of_no_drug(self) -> bool:
        """True for pollen, latex, shellfish and the like."""
        return self.groups == {NOT_DRUGS} and not self.drugs

    def touches(self, other: Allergens, vocabulary: Vocabulary) -> bool:
        """True when the two have an ingredient or a group in common, or one names a member of the other's group."""
        return bool(self.groups & other.groups) or bool(self._reach(vocabulary) & other._reach(vocabulary))

    def _reach(self, vocabulary: Vocabulary) -> frozenset[str]:
        members = (vocabulary.group_members.get(group, frozenset()) for group in self.groups)
        return frozenset(drug.rxcui for drug in self.drugs).union(*members)


def allergens_of(resource: Resource, vocabulary: Vocabulary) -> tuple[Allergens, list[str]]:
    """What the entry is about, and what contradicts within it."""
    if modified(resource):
        return Allergens(), []
    substances = (reaction.get("substance") for reaction in objects(resource.get("reaction")))
    concepts = [resource.get("code"), *substances]
    said = (about(label) for concept in concepts for label in labels_of(concept) if not denies(label))
    labels = [label for label in said if label]
    by_code = coded(concepts, vocabulary)
    by_name = next(filter(None, (named(label, vocabulary) for label in labels)), Allergens())
    if not by_code:
        return by_name or next(filter(None, (_doubtful(label, vocabulary) for label in labels)), Allergens()), []
    if not by_name or by_name.touches(by_code, vocabulary):
        return by_code, []
    return by_code, [f"allergy {by_name.label!r} has a code that means something else: the code was used"]


def coded(concepts: list[object], vocabulary: Vocabulary) -> Allergens:
    drugs: dict[str, Drug] = {}
    groups: set[str] = set()
    for concept in concepts:
        for system, code, _ in codings(concept):
            groups.update(vocabulary.allergens.get((system, code), ()))
            if system == RXNORM:
                drugs.update((drug.rxcui, drug) for drug in vocabulary.by_code(code))
    single = {key: vocabulary.drugs[key] for key in groups if key in vocabulary.drugs}
    return Allergens(tuple({**drugs, **single}.values()), frozenset(groups - single.keys()))


def named(label: str, vocabulary: Vocabulary) -> Allergens:
    """Exact names in the text: "PCN" is a group word, "amoxicillin" a drug."""
    certain = [mention for mention in vocabulary.lexicon.find(label) if mention.certain]
    drugs = tuple(vocabulary.drugs[rxcui] for rxcui in dict.fromkeys(rxcui for one in certain for rxcui in one.rxcuis))
    words = (one for one in vocabulary.group_words.find(label) if not any(_within(one, drug) for drug in certain))
    return Allergens(drugs, frozenset(group for one in words for group in one.rxcuis), label)


def _within(word: Mention, drug: Mention) -> bool:
    """A word for a group that is a part of a drug's name speaks of the drug: "penicillin G" is that penicillin."""
    return drug.span[0] <= word.span[0] and word.span[1] <= drug.span[1] and word.span != drug.span


def _doubtful(label: str, vocabulary: Vocabulary) -> Allergens:
    """An abbreviation that means several things ("ASA"): read, not coded."""
    mention = next(iter(vocabulary.lexicon.find(label)), None)
    if mention is None:
        return Allergens()
    return Allergens(tuple(vocabulary.drugs[rxcui] for rxcui in mention.rxcuis), frozenset(), label, mention.span)


def side_effects_of(drugs: Iterable[str], groups: Iterable[str], vocabulary: Vocabulary) -> frozenset[str]:
    """The kinds of reaction that are no allergy to any of these ingredients and groups: those of all drugs, and more
    where each of them is in a group that says so."""
    said, members = vocabulary.group_side_effects, vocabulary.group_members
    each = [said.get(group, frozenset()) for group in groups]
    each += [
        frozenset().union(*(kinds for group, kinds in said.items() if drug in members.get(group, ()))) for drug in drugs
    ]
    return SIDE_EFFECTS | frozenset.intersection(*each) if each else SIDE_EFFECTS
