"""AllergyIntolerance -> Allergy, and a problem that says as much ("Allergy to penicillin") likewise.

Refuted, entered-in-error, inactive and resolved entries are left out, as is "no known allergy". An entry of the
category food or environment stays when it names a drug: categories are often wrong. What a record says is tolerated
("penicillin, tolerates cephalexin") is not what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.chart.allergy_words import about, denies, says_allergy, shown_in
from cds_service.chart.dates import day_of
from cds_service.chart.fhir_json import (
    Resource,
    codes,
    codings,
    label_of,
    labels_of,
    modified,
    objects,
    reference,
    text,
)
from cds_service.chart.medications import LEXICON, LEXICON_VERSION
from cds_service.chart.model import Allergy, Listing
from cds_service.chart.naming import NOT_RECOGNISED
from cds_service.chart.supplied import Supplied
from cds_service.facts import Origin
from cds_service.terminology.lexicon import Mention
from cds_service.terminology.reactions import SIDE_EFFECTS, kinds_in
from cds_service.terminology.systems import RXNORM, SNOMED
from cds_service.terminology.vocabulary import Drug, Vocabulary

# SNOMED CT: no known allergy (two concepts); no known drug, environmental, food, latex allergy.
NO_KNOWN = frozenset({"716186003", "160244002", "409137002", "428607008", "429625007", "1003774007"})
NOT_DRUGS = "not-drugs"  # the allergy group of substances that are no drugs
_ELSEWHERE = frozenset({"food", "environment"})
_KINDS = ("allergy", "intolerance")


@dataclass(frozen=True, slots=True)
class _Allergens:
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

    def touches(self, other: _Allergens, vocabulary: Vocabulary) -> bool:
        """True when the two have an ingredient or a group in common, or one names a member of the other's group."""
        return bool(self.groups & other.groups) or bool(self._reach(vocabulary) & other._reach(vocabulary))

    def _reach(self, vocabulary: Vocabulary) -> frozenset[str]:
        members = (vocabulary.group_members.get(group, frozenset()) for group in self.groups)
        return frozenset(drug.rxcui for drug in self.drugs).union(*members)


def read_allergies(supplied: Supplied, problems: Supplied, vocabulary: Vocabulary) -> Listing[Allergy]:
    """Standing allergies; one that names nothing we know is kept with its `problem`, so that it can be said.

    A problem list may add allergies; it never decides whether the allergy list is known.
    """
    wanted, notes = supplied.only({"AllergyIntolerance"}, "allergy list")
    items, contradictions = [], []
    for resource in filter(_stands, wanted.resources):
        allergens, contradiction = _allergens(resource, vocabulary)
        if not allergens.of_no_drug and (allergens or not _beside_the_point(resource)):
            items.append(_allergy(resource, allergens))
            contradictions += contradiction
    items += _from_problems(problems, vocabulary)
    return Listing(wanted.state, tuple(items), (*notes, *contradictions))


def _from_problems(problems: Supplied, vocabulary: Vocabulary) -> Iterator[Allergy]:
    """Problems whose code or words are those of an allergy that we know; others stay problems."""
    for resource in problems.resources:
        if resource.get("resourceType") != "Condition" or modified(resource) or not _stands(resource):
            continue
        concept = resource.get("code")
        words = " ".join(labels_of(concept))
        allergens = _coded([concept], vocabulary)
        if not allergens and says_allergy(words):
            allergens = next(filter(None, (_named(label, vocabulary) for label in labels_of(concept))), _Allergens())
        if allergens:
            yield _allergy(resource, allergens)


def _stands(resource: Resource) -> bool:
    if codes(resource.get("verificationStatus")) & {"refuted", "entered-in-error"}:
        return False
    return not codes(resource.get("clinicalStatus")) & {"inactive", "resolved"}


def _beside_the_point(resource: Resource) -> bool:
    """True for "no known allergy" and for food and the environment."""
    if modified(resource):
        return False
    categories = resource.get("category")
    elsewhere = isinstance(categories, list) and bool(categories) and set(map(text, categories)) <= _ELSEWHERE
    return elsewhere or bool(codes(resource.get("code")) & NO_KNOWN) or denies(label_of(resource.get("code")))


def _allergens(resource: Resource, vocabulary: Vocabulary) -> tuple[_Allergens, list[str]]:
    """The codes speak before the words, exact names before doubtful ones; a contradiction is noted."""
    if modified(resource):
        return _Allergens(), []
    substances = (reaction.get("substance") for reaction in objects(resource.get("reaction")))
    concepts = [resource.get("code"), *substances]
    said = (about(label) for concept in concepts for label in labels_of(concept) if not denies(label))
    labels = [label for label in said if label]
    coded = _coded(concepts, vocabulary)
    named = next(filter(None, (_named(label, vocabulary) for label in labels)), _Allergens())
    if not coded:
        return named or next(filter(None, (_doubtful(label, vocabulary) for label in labels)), _Allergens()), []
    if not named or named.touches(coded, vocabulary):
        return coded, []
    return coded, [f"allergy {named.label!r} has a code that means something else: the code was used"]


def _coded(concepts: list[object], vocabulary: Vocabulary) -> _Allergens:
    drugs: dict[str, Drug] = {}
    groups: set[str] = set()
    for concept in concepts:
        for system, code, _ in codings(concept):
            groups.update(vocabulary.allergens.get((system, code), ()))
            if system == RXNORM:
                drugs.update((drug.rxcui, drug) for drug in vocabulary.by_code(code))
    named = {key: vocabulary.drugs[key] for key in groups if key in vocabulary.drugs}
    return _Allergens(tuple({**drugs, **named}.values()), frozenset(groups - named.keys()))


def _named(label: str, vocabulary: Vocabulary) -> _Allergens:
    """Exact names in the text: "PCN" is a group word, "amoxicillin" a drug."""
    named = [mention for mention in vocabulary.lexicon.find(label) if mention.certain]
    drugs = tuple(vocabulary.drugs[rxcui] for rxcui in dict.fromkeys(rxcui for one in named for rxcui in one.rxcuis))
    words = (one for one in vocabulary.group_words.find(label) if not any(_within(one, drug) for drug in named))
    return _Allergens(drugs, frozenset(group for one in words for group in one.rxcuis), label)


def _within(word: Mention, drug: Mention) -> bool:
    """A word for a group that is a part of a drug's name speaks of the drug: "penicillin G" is that penicillin."""
    return drug.span[0] <= word.span[0] and word.span[1] <= drug.span[1] and word.span != drug.span


def _doubtful(label: str, vocabulary: Vocabulary) -> _Allergens:
    """An abbreviation that means several things ("ASA"): read, not coded."""
    mention = next(iter(vocabulary.lexicon.find(label)), None)
    if mention is None:
        return _Allergens()
    return _Allergens(tuple(vocabulary.drugs[rxcui] for rxcui in mention.rxcuis), frozenset(), label, mention.span)


def _allergy(resource: Resource, allergens: _Allergens) -> Allergy:
    label, kind = label_of(resource.get("code")), text(resource.get("type"))
    if kind not in _KINDS and "intoleran" in label.lower():
        kind = "intolerance"
    here = reference(resource)
    known = list(_reaction_kinds(resource, label))
    shown = frozenset().union(*known)
    read = Origin("read", here, allergens.label, allergens.span, LEXICON, LEXICON_VERSION)
    return Allergy(
        reference=here,
        label=label or allergens.label or "allergy without a name",
        drugs=allergens.drugs,
        groups=allergens.groups,
        origin=read if allergens.span else Origin("coded", here, label or None),
        kind=kind if kind in _KINDS else "",
        criticality={"high": "high criticality"}.get(text(resource.get("criticality")), ""),
        reactions=tuple(dict.fromkeys(_reactions(resource))),
        shown=shown,
        harmless=bool(known) and all(known) and shown <= SIDE_EFFECTS,
        on=day_of(resource.get("recordedDate")) or day_of(resource.get("onsetDateTime")),
        problem=None if allergens else _problem(resource),
    )


def _problem(resource: Resource) -> str:
    return "it carries a modifier extension that is not known here" if modified(resource) else NOT_RECOGNISED


def _reactions(resource: Resource) -> Iterator[str]:
    """How it showed: the manifestations, else the words about the reaction."""
    for reaction in objects(resource.get("reaction")):
        shown = [label_of(manifestation) for manifestation in objects(reaction.get("manifestation"))]
        yield from filter(None, shown if any(shown) else [text(reaction.get("description"))])


def _reaction_kinds(resource: Resource, label: str) -> Iterator[frozenset[str]]:
    """The kinds of each recorded reaction, empty for one that is not known; else what the words of the entry say."""
    recorded = False
    for reaction in objects(resource.get("reaction")):
        shown = list(objects(reaction.get("manifestation")))
        for manifestation in shown:
            recorded = True
            found = (code for system, code, _ in codings(manifestation) if system == SNOMED)
            yield kinds_in(" ".join(labels_of(manifestation)), found)
        if not shown and text(reaction.get("description")):
            recorded = True
            yield kinds_in(text(reaction.get("description")))
    if not recorded:
        said = kinds_in(label) if resource.get("resourceType") == "Condition" else shown_in(label)
        if said:
            yield said
