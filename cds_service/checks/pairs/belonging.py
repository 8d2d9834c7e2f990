"""Two orders that belong together: one renews or completes the other, or rows say that both are meant."""

from __future__ import annotations

from cds_service.chart import Medication
from cds_service.chart.fhir_json import obj, objects, text
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.together import Together
from cds_service.terminology.release import is_extended, is_flush, is_for_relief, is_nebulized, says_renewal
from cds_service.terminology.vocabulary import Drug

_ONLY_PLANNED = frozenset({"proposal", "plan", "option"})


def is_one_with(order: Medication, partner: Medication, renews: bool = False) -> bool:
    """True when the partner is no second therapy: a plan, a flush, part of the same order, or what the order renews."""
    if text(partner.resource.get("intent")) in _ONLY_PLANNED or is_flush(order.ref.text) or is_flush(partner.ref.text):
        return True
    if _based_on(order, partner) or _based_on(partner, order) or _share_a_group(order, partner):
        return True
    if order.rxcuis != partner.rxcuis:
        return False
    if renews or says_renewal(order.ref.text):
        return True
    # A statement of what is renewed says the same once more.
    return order.replaces is not None and partner.ref.reference.startswith("MedicationStatement/")


def belong_together(knowledge: Knowledge, drug: Drug, one: Medication, other: Medication) -> bool:
    """True when a row says that two orders of this drug are meant to go together."""
    circumstances = {"always", *circumstances_of(one, other)}
    return any(row.circumstances & circumstances for row in knowledge.for_drug(Together, drug))


def circumstances_of(one: Medication, other: Medication) -> frozenset[str]:
    """How two orders differ: `release`, `routes`, `relief`, `device`, as `kinds.together` tells them apart."""
    circumstances: set[str] = set()
    if is_extended(one.ref.text) != is_extended(other.ref.text):
        circumstances.add("release")
    if is_nebulized(one.ref.text) != is_nebulized(other.ref.text):
        circumstances.add("device")
    if one.routes and other.routes and not one.routes & other.routes:
        circumstances.add("routes")
    if _is_for_relief(one) != _is_for_relief(other):
        circumstances.add("relief")
    return frozenset(circumstances)


def _is_for_relief(medication: Medication) -> bool:
    return is_for_relief(medication.ref.text) or bool(medication.sig.prn)


def _based_on(one: Medication, other: Medication) -> bool:
    return any(
        text(obj(basis).get("reference")) == other.ref.reference for basis in objects(one.resource.get("basedOn"))
    )


def _share_a_group(one: Medication, other: Medication) -> bool:
    """Orders under one requisition number for one drug are the steps of one course."""
    group, theirs = (obj(med.resource.get("groupIdentifier")) for med in (one, other))
    return bool(text(group.get("value"))) and dict(group) == dict(theirs) and one.rxcuis == other.rxcuis
