"""MedicationRequest and MedicationStatement -> Medication: is it taken now, which drug, in which dose, what for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson

from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.fhir_json import Resource, codings, label_of, modified, obj, objects, reference, relative, text
from cds_service.chart.medications.dosing import dosages_of, one_line, sig_of, sig_text
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.naming import Named, concepts_of, medications_of, name_drug
from cds_service.chart.memory import LONGEST, json_bytes
from cds_service.facts import OrderRef, Origin
from cds_service.terminology.routes import route_of_snomed, routes_in
from cds_service.terminology.several import Parts
from cds_service.terminology.sig import Sig
from cds_service.terminology.vocabulary import Vocabulary

TYPES = frozenset({"MedicationRequest", "MedicationStatement"})
_CURRENT = {
    "MedicationRequest": frozenset({"active", "unknown", ""}),
    "MedicationStatement": frozenset({"active", "intended", "unknown", ""}),
}
_ENDED = frozenset({"stopped", "completed"})
_NOT_ORDERS = frozenset({"proposal", "plan", "option"})
_VOID_DRAFTS = frozenset({"entered-in-error", "cancelled", "stopped", "completed"})
# An abbreviation of the lexicon that means several things is read, not coded; this is who read it.
LEXICON, LEXICON_VERSION = "lexicon", "1"


_DIRECTIONS = frozenset({"dosageInstruction", "dosage", "dispenseRequest", "reasonCode"})
# Everything of an order that says which drug, how and what for, and nothing that says whose.
_SAYING = ("medicationCodeableConcept", "dosageInstruction", "dosage", "reasonCode", "modifierExtension")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an order says, whoever's it is."""

    named: Named
    label: str
    sig: Sig
    routes: frozenset[str]
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class MedicationReader:
    """`siblings` are Medication resources of the same call by `Type/id`."""

    vocabulary: Vocabulary
    now: datetime
    siblings: Mapping[str, Resource]
    fhir_server: str | None = None

    def wanted(self, order: Resource, renews: bool = False) -> bool:
        """A draft that asks for the drug to be given; a refill may ask for what has run out."""
        void = _VOID_DRAFTS - _ENDED if renews else _VOID_DRAFTS
        return order.get("doNotPerform") is not True and text(order.get("status")) not in void

    def current(self, resource: Resource) -> bool:
        """True for what the patient takes now, or stopped on a known day (a washout may still matter)."""
        if resource.get("doNotPerform") is True or text(resource.get("intent")) in _NOT_ORDERS:
            return False
        status = text(resource.get("status"))
        if status in _ENDED:
            return self._ended(resource) is not None
        starts = [day_of(period.get("start")) for period in _periods(resource)]
        ahead = bool(starts) and all(start is not None and start > self.now.date() for start in starts)
        return not ahead and status in _CURRENT.get(text(resource.get("resourceType")), ())

    def read_all(self, resource: Resource) -> tuple[Medication, ...]:
        """The medications of an entry: one, unless its typed text orders several. Each of these is read as if it had
        been typed alone; structured directions go with the first."""
        concept = obj(resource.get("medicationCodeableConcept"))
        typed = text(concept.get("text"))
        parts = self.vocabulary.orders_in(typed) if typed and not concept.get("coding") else Parts((typed,))
        if parts.orders == (typed,):
            return (self.read(resource),)
        alone = {name: value for name, value in resource.items() if name not in _DIRECTIONS}
        wholes = (resource, *(alone for _ in parts.orders[1:]))
        read = [
            replace(self.read({**whole, "medicationCodeableConcept": {"text": words}}), part=number)
            for number, (whole, words) in enumerate(zip(wholes, parts.orders, strict=True), 1)
        ]
        return (replace(read[0], notes=(*read[0].notes, *_said_of(parts))), *read[1:])

    def read(self, resource: Resource) -> Medication:
        spoken = self._spoken(resource)
        named, here = spoken.named, reference(resource)
        return Medication(
            ref=OrderRef(here, spoken.label),
            drugs=named.drugs,
            origin=_origin(here, named),
            sig=spoken.sig,
            routes=spoken.routes,
            uses=spoken.uses,
            on=day_of(resource.get("authoredOn")) or day_of(resource.get("dateAsserted")),
            ended=self._ended(resource),
            replaces=relative(resource.get("priorPrescription"), self.fhir_server) or None,
            problem=named.problem,
            candidates=() if named.certain else (" / ".join(drug.name for drug in named.drugs),),
            notes=named.notes,
            written=named.written,
            unread=named.unread,
            resource=resource,
        )

    def _spoken(self, resource: Resource) -> Spoken:
        """An order that points to no other resource says the same whoever's it is: it is read once."""
        if resource.get("medicationReference"):
            where = (resource, self.siblings, self.fhir_server)
            turned = any(map(modified, medications_of(*where)))
            return _spoken(resource, list(concepts_of(*where)), self.vocabulary, turned)
        said = json_bytes({name: resource[name] for name in _SAYING if name in resource})
        return self.vocabulary.remembered(_alone)(said) if len(said) <= LONGEST else _alone(self.vocabulary, said)

    def _ended(self, resource: Resource) -> date | None:
        """The last day it was taken; None while it goes on, and when that day is not known."""
        over = text(resource.get("status")) in _ENDED
        ends = [last_day_of(period.get("end")) for period in _periods(resource)]
        if over:
            ends = [end for end in ends if end] or [last_day_of(_supply(resource).get("end"))]
        known = [end for end in ends if end]
        if not known or len(known) < len(ends):
            return None
        last = max(known)
        return last if last < self.now.date() or (over and last == self.now.date()) else None


def _alone(vocabulary: Vocabulary, said: bytes) -> Spoken:
    resource = orjson.loads(said)
    return _spoken(resource, list(concepts_of(resource, {}, None)), vocabulary)


def _spoken(resource: Resource, concepts: list[object], vocabulary: Vocabulary, turned: bool = False) -> Spoken:
    """`turned`: the Medication that it points to carries what may turn its meaning round."""
    named = name_drug(concepts, vocabulary)
    if turned or modified(resource):
        named = Named(named.text, problem="it carries a modifier extension that is not known here")
    words = sig_text(resource)
    label = one_line(named.text, words) or "order without a drug name"
    return Spoken(
        named=named,
        label=label,
        sig=sig_of(resource, named.order_words, len(named.drugs)),
        routes=_routes(resource, label),
        uses=_uses(resource, label),
    )


def _origin(here: str, named: Named) -> Origin:
    if named.certain:
        return Origin("coded", here, named.text or None, named.span)
    return Origin("read", here, named.text, named.span, LEXICON, LEXICON_VERSION)


def _said_of(parts: Parts) -> Iterator[str]:
    if len(parts.orders) > 1:
        named = "; ".join(f"“{words}”" for words in parts.orders)
        yield f"the text orders {len(parts.orders)} drugs, and each was assessed: {named}; write each as its own order"
    if parts.ended:
        yield f"“{parts.ended}” was taken for a drug that ends, and was not assessed with this order"


def _periods(resource: Resource) -> list[Resource]:
    """The times in which it is taken: of the statement, or of each of its dosages."""
    if resource.get("effectivePeriod") or resource.get("effectiveDateTime"):
        return [obj(resource.get("effectivePeriod")) or {"start": resource.get("effectiveDateTime")}]
    timings = [obj(dosage.get("timing")) for dosage in dosages_of(resource)]
    return [obj(obj(timing.get("repeat")).get("boundsPeriod")) for timing in timings]


def _supply(resource: Resource) -> Resource:
    return obj(obj(resource.get("dispenseRequest")).get("validityPeriod"))


def _routes(resource: Resource, label: str) -> frozenset[str]:
    concepts = [dosage.get("route") for dosage in dosages_of(resource)]
    coded = {route for concept in concepts for _, code, _ in codings(concept) if (route := route_of_snomed(code))}
    return frozenset(coded) or routes_in(" ".join((*map(label_of, concepts), label)))


def _uses(resource: Resource, label: str) -> frozenset[str]:
    """What the order is for: `SYSTEM#CODE` of coded reasons, their texts, and the words after "for" in the order."""
    reasons = [*objects(resource.get("reasonCode"))]
    reasons += [obj(dosage.get("asNeededCodeableConcept")) for dosage in dosages_of(resource)]
    coded = (f"{system}#{code}" for reason in reasons for system, code, _ in codings(reason))
    _, _, stated = f" {label.lower()} ".partition(" for ")
    return frozenset(filter(None, (*coded, *(label_of(reason).lower() for reason in reasons), stated.strip())))
