"""AllergyIntolerance -> Allergy, and a problem that says as much ("Allergy to penicillin") likewise.

Refuted, entered-in-error, inactive and resolved entries are left out, as is "no known allergy". The allergy of a
relative is left out and said. An entry of the category food or environment stays when it names a drug: categories are
often wrong. What a record says is tolerated ("penicillin, tolerates cephalexin") is not what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import orjson

from cds_service.chart.allergies.allergens import Allergens, allergens_of, coded, named, side_effects_of
from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.allergies.words import denies, is_of_a_relative, says_allergy, shown_in, tolerated
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
from cds_service.chart.listing import Listing
from cds_service.chart.medications.naming import NOT_RECOGNISED
from cds_service.chart.medications.reading import LEXICON, LEXICON_VERSION
from cds_service.chart.memory import by_bytes
from cds_service.chart.supplied import Supplied
from cds_service.facts import Origin
from cds_service.terminology.reactions import GRAVE, kinds_in
from cds_service.terminology.systems import SNOMED
from cds_service.terminology.vocabulary import Vocabulary

# SNOMED CT: no known allergy (two concepts); no known drug, environmental, food, latex allergy.
NO_KNOWN = frozenset({"716186003", "160244002", "409137002", "428607008", "429625007", "1003774007"})
_ELSEWHERE = frozenset({"food", "environment"})
_KINDS = ("allergy", "intolerance")
_NOTHING = Allergens()
# Everything of an entry, and of a reaction in it, that says to what and how it showed; nothing that says whose it is.
_SAYING = ("resourceType", "code", "type", "category", "modifierExtension")
_OF_A_REACTION = ("substance", "manifestation", "description")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an entry says, whoever's it is. `kept`: it is an allergy that counts, or one that must be said."""

    label: str
    allergens: Allergens = _NOTHING
    contradictions: tuple[str, ...] = ()
    kept: bool = True
    kind: str = ""
    reactions: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()
    harmless: bool = False
    no_allergy: bool = False
    borne: Allergens = _NOTHING


def read_allergies(supplied: Supplied, problems: Supplied, vocabulary: Vocabulary) -> Listing[Allergy]:
    """Standing allergies; one that names nothing we know is kept with its `problem`, so that it can be said.

    A problem list may add allergies; it never decides whether the allergy list is known.
    """
    wanted, notes = supplied.only({"AllergyIntolerance"}, "allergy list")
    read = by_bytes(vocabulary.remembered(_entry), partial(_entry, vocabulary))
    found = [(resource, read(_saying(resource))) for resource in wanted.resources if _stands(resource)]
    items = [_allergy(resource, spoken) for resource, spoken in found if spoken.kept]
    items += _from_problems(problems, vocabulary)
    contradictions = (contradiction for _, spoken in found for contradiction in spoken.contradictions)
    return Listing(wanted.state, tuple(items), (*notes, *contradictions))


def _saying(resource: Resource) -> Resource:
    reactions = objects(resource.get("reaction"))
    shown = [{name: one[name] for name in _OF_A_REACTION if name in one} for one in reactions]
    return {**{name: resource[name] for name in _SAYING if name in resource}, "reaction": shown}


def _entry(vocabulary: Vocabulary, said: bytes) -> Spoken:
    """What an entry of the allergy list says; the same is said of many patients, and is read once."""
    resource = orjson.loads(said)
    label = label_of(resource.get("code"))
    if is_of_a_relative(label):
        said_of = f"allergy entry {label!r} is about a relative: it was not counted"
        return Spoken(label, contradictions=(said_of,), kept=False)
    allergens, contradictions = allergens_of(resource, vocabulary)
    if allergens.of_no_drug or (not allergens and _beside_the_point(resource)):
        return Spoken(label, kept=False)
    return replace(_spoken(resource, allergens, vocabulary), contradictions=tuple(contradictions))


def _from_problems(problems: Supplied, vocabulary: Vocabulary) -> Iterator[Allergy]:
    """Problems whose code or words are those of an allergy that we know; others stay problems."""
    for resource in problems.resources:
        if resource.get("resourceType") != "Condition" or modified(resource) or not _stands(resource):
            continue
        concept = resource.get("code")
        words = " ".join(labels_of(concept))
        allergens = coded([concept], vocabulary)
        if not allergens and says_allergy(words):
            allergens = next(filter(None, (named(label, vocabulary) for label in labels_of(concept))), _NOTHING)
        if allergens:
            yield _allergy(resource, _spoken(resource, allergens, vocabulary))


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


def _spoken(resource: Resource, allergens: Allergens, vocabulary: Vocabulary) -> Spoken:
    label, kind = label_of(resource.get("code")), text(resource.get("type"))
    if kind not in _KINDS and "intoleran" in label.lower():
        kind = "intolerance"
    known = list(_reaction_kinds(resource, label))
    shown = frozenset().union(*known)
    mild = side_effects_of((drug.rxcui for drug in allergens.drugs), allergens.groups, vocabulary)
    return Spoken(
        label=label,
        allergens=allergens,
        kind=kind if kind in _KINDS else "",
        reactions=tuple(dict.fromkeys(_reactions(resource))),
        shown=shown,
        harmless=bool(known) and all(known) and shown <= mild,
        no_allergy=bool(known) and all(known) and shown <= mild | GRAVE,
        borne=named(tolerated(label), vocabulary),
    )


def _allergy(resource: Resource, spoken: Spoken) -> Allergy:
    here, allergens, label = reference(resource), spoken.allergens, spoken.label
    read = Origin("read", here, allergens.label, allergens.span, LEXICON, LEXICON_VERSION)
    return Allergy(
        reference=here,
        label=label or allergens.label or "allergy without a name",
        drugs=allergens.drugs,
        groups=allergens.groups,
        origin=read if allergens.span else Origin("coded", here, label or None),
        kind=spoken.kind,
        criticality={"high": "high criticality"}.get(text(resource.get("criticality")), ""),
        reactions=spoken.reactions,
        shown=spoken.shown,
        harmless=spoken.harmless,
        no_allergy=spoken.no_allergy,
        tolerated=frozenset(drug.rxcui for drug in spoken.borne.drugs if drug not in allergens.drugs),
        tolerated_groups=spoken.borne.groups - allergens.groups,
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
