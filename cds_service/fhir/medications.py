"""What the orders of a call point to and the call does not hold: their Medications, and orders given by reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.chart.fhir_json import reference, relative
from cds_service.chart.supplied import Supplied
from cds_service.hooks import HookRequest

MAX_MEDICATIONS = 20
_ORDERS = frozenset({"MedicationRequest", "MedicationStatement"})
_REQUEST = re.compile(r"MedicationRequest/([A-Za-z0-9\-.]{1,64})\Z")
_MEDICATION = re.compile(r"Medication/([A-Za-z0-9\-.]{1,64})\Z")


def open_medications(request: HookRequest, supplied: Mapping[str, Supplied]) -> tuple[str, ...]:
    """Ids of the Medications to read, the drafts' first, at most MAX_MEDICATIONS.

    An order that names its drug itself, in a contained resource or beside it in the same call needs no read.
    """
    resources = (*request.context.orders, *_listed(supplied))
    there = {reference(one) for one in resources if one.get("resourceType") == "Medication"}
    orders = (one for one in resources if one.get("resourceType") in _ORDERS)
    pointers = (one.get("medicationReference") for one in orders if not one.get("medicationCodeableConcept"))
    targets = dict.fromkeys(relative(pointer, request.fhir_server) for pointer in pointers)
    matches = (_MEDICATION.match(target) for target in targets if target not in there)
    return tuple(match[1] for match in matches if match)[:MAX_MEDICATIONS]


def open_orders(request: HookRequest, supplied: Mapping[str, Supplied]) -> tuple[str, ...]:
    """Ids of the MedicationRequests that the context names by reference and nobody supplied."""
    there = {reference(one) for key in supplied.values() for one in key.resources}
    matches = (_REQUEST.match(one) for one in request.context.missing if one not in there)
    return tuple(match[1] for match in matches if match)[:MAX_MEDICATIONS]


def _listed(supplied: Mapping[str, Supplied]) -> Iterator[Mapping[str, Any]]:
    for key in ("medications", "statements"):
        if key in supplied:
            yield from supplied[key].resources
