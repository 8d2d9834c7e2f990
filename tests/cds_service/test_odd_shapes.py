"""A hook call of which one part has a shape that nobody expects: refused or answered, and never an error of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.hook_calls import (
    active,
    allergy,
    bundle,
    chart,
    coded_draft,
    creatinine,
    draft,
    egfr,
    order_select,
    order_sign,
    weight,
)
from tests.running_service import RunningService

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e308, 2**70, "", " ", "\x00", "0001-01-01", "9999-12-31", "2023-02-29", "2024-02-29"),
    *("2024", "2024-05", "2024-03-10T02:30:00", "-05:00", "Patient/", "#", "#x", "_", "{{7*7}}", [], {}, [None], [[]]),
    *(
        [{}],
        {"resourceType": "Bundle"},
        {"reference": "#self"},
        {"coding": [{"system": 1, "code": []}]},
        [{"text": None}],
    ),
    *({"value": "7,5", "unit": "mg"}, {"value": -1, "unit": "mg/dL"}, {"value": 7000, "unit": "kg", "code": "kg"}),
)
SAMPLE = 200  # of about nine thousand, the same ones every time
SEED = 20240229


def call() -> dict[str, Any]:
    """A call with something in every corner that the service reads."""
    contained = [{"resourceType": "Medication", "id": "self", "code": {"text": "warfarin"}}]
    pointing = {**active("x", 2), "contained": contained, "medicationReference": {"reference": "#self"}}
    del pointing["medicationCodeableConcept"]
    dosage = {
        "text": "1 tablet twice daily",
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "route": {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]},
        "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg", "code": "mg"}}],
    }
    ended = active("fluoxetine", 3, status="stopped", dispenseRequest={"validityPeriod": {"end": "@today-3d"}})
    return order_select(
        coded_draft("6809", "metformin", dosageInstruction=[dosage], reasonCode=[{"text": "type 2 diabetes"}]),
        draft("bactrim ds bid", 2, priorPrescription={"reference": "MedicationRequest/active-9"}),
        {
            "resourceType": "ServiceRequest",
            "id": "inr",
            "code": {"coding": [{"system": "http://loinc.org", "code": "6301-6"}]},
        },
        selections=["MedicationRequest/draft-1", "MedicationRequest/draft-2"],
        prefetch=chart(
            medications=bundle(
                active("warfarin 5 mg", dosageInstruction=[dosage]), pointing, ended, link=[{"relation": "self"}]
            ),
            allergies=bundle(
                allergy("penicillin", reaction=[{"manifestation": [{"text": "hives"}]}], category=["medication"])
            ),
            labs=bundle(egfr(24), creatinine(2.1)),
            vitals=bundle(weight(70)),
        ),
    )


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from places(member, (*path, name))


def with_odd(body: dict[str, Any], path: tuple[str | int, ...], odd: Any) -> dict[str, Any]:
    changed = deepcopy(body)
    part: Any = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = odd
    return changed


def test_the_call_itself_has_something_to_say(service: RunningService) -> None:
    topics = {found["topic"] for found in service.ask(call()).findings}
    assert {"drug-interaction", "renal-dosing"} <= topics


@pytest.mark.covers("C-74", "C-62")
def test_a_part_of_any_shape_is_refused_or_answered(service: RunningService) -> None:
    body = call()
    every = [(path, odd) for path in places(body) for odd in ODD]
    failed = []
    for path, odd in random.Random(SEED).sample(every, SAMPLE):
        changed = with_odd(body, path, odd)
        reply = service.call(changed)
        if reply.status not in (200, 400):
            failed.append((path, odd, reply.status))
    assert failed == []


@pytest.mark.parametrize("depth", [30, 60, 2000])
def test_nesting_is_refused_or_answered(service: RunningService, depth: int) -> None:
    deep = '{"extension":[' * depth + '"x"' + "]}" * depth
    raw = json.dumps(order_sign(draft("lisinopril 10 mg"))).replace('"draft"', deep).encode()
    assert service.post("/cds-services/medication-safety", raw).status in (200, 400)
