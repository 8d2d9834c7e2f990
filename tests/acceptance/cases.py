"""Acceptance cases as they stand in `vignettes/`, and the hook call that each of them is.

A case gives only what matters: `patient` {age or age_days, sex, weight, pregnant_weeks}, `medications` (each a text, or
{text, stopped_days_ago} or {text, with: further members}), `allergies`, `problems`, `labs` by name (a number in the
unit below, or a text such as "265 umol/L" or ">60 mL/min"), `old` by name (value and days since), `order`; and what
must follow: a card of `topic` (one of a list) that shows `at_least` its indicator.
The twin is the same case but for the members that it names: it gets no card of that topic and none that interrupts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests import hook_calls
from tests.hook_calls import Resource, bundle

VIGNETTES = Path(__file__).with_name("vignettes")
ORDER = ("info", "warning", "critical")
SNOMED = "http://snomed.info/sct"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# LOINC code and unit of each laboratory value or measurement that a case may give.
OBSERVABLES = {
    "albumin": ("1751-7", "g/dL"),
    "bilirubin": ("1975-2", "mg/dL"),
    "calcium": ("17861-6", "mg/dL"),
    "creatinine": ("2160-0", "mg/dL"),
    "egfr": ("98979-8", "mL/min/{1.73_m2}"),
    "gestation": ("18185-9", "wk"),
    "inr": ("6301-6", "{INR}"),
    "neutrophils": ("751-8", "10*3/uL"),
    "platelets": ("777-3", "10*3/uL"),
    "potassium": ("2823-3", "mmol/L"),
    "qtc": ("8636-3", "ms"),
    "sodium": ("2951-2", "mmol/L"),
    "weight": ("29463-7", "kg"),
}


@dataclass(frozen=True)
class Vignette:
    """`members` describe the chart and the order; `silent` is True for a twin."""

    id: str
    topics: frozenset[str]
    at_least: str
    members: Mapping[str, Any]
    silent: bool = False

    def faults(self, cards: list[dict[str, Any]]) -> list[str]:
        """What is wrong with these cards; nothing when they are as the case wants them."""
        shown = [(card["source"]["topic"]["code"], card["indicator"]) for card in cards]
        mine = [indicator for topic, indicator in shown if topic in self.topics]
        if not self.silent:
            loud = any(ORDER.index(indicator) >= ORDER.index(self.at_least) for indicator in mine)
            return [] if loud else [f"no {self.at_least} of {', '.join(sorted(self.topics))} among {shown}"]
        return [f"{topic} {indicator}" for topic, indicator in shown if topic in self.topics or indicator != "info"]

    @property
    def body(self) -> Resource:
        return hook_calls.order_sign(self._order(), prefetch=hook_calls.chart(**self._keys()))

    def _order(self) -> Resource:
        order = self.members["order"]
        parts = {"text": order} if isinstance(order, str) else order
        renewed = self.members.get("renews")
        more = {} if renewed is None else {"priorPrescription": {"reference": f"MedicationRequest/active-{renewed}"}}
        if len(parts) > 1:
            more["dosageInstruction"] = [_dosage(parts)]
        draft = hook_calls.draft(parts["text"], **more)
        if "rxcui" in parts:
            draft["medicationCodeableConcept"]["coding"] = [{"system": hook_calls.RXNORM, "code": parts["rxcui"]}]
        return draft

    def _keys(self) -> dict[str, Resource]:
        patient = self.members.get("patient", {})
        values = {**self.members.get("labs", {})}
        problems = list(self.members.get("problems", []))
        vitals = {"weight": patient["weight"]} if "weight" in patient else {}
        if "pregnant_weeks" in patient:
            problems.append("Pregnancy")
            values["gestation"] = patient["pregnant_weeks"]
        age = f"{patient['age_days']}d" if "age_days" in patient else f"{patient.get('age', 52)}y-40d"
        person = hook_calls.person(birthDate=f"@today-{age}", gender=patient.get("sex", "male"))
        return {
            "patient": person,
            "medications": bundle(*(_active(n, one) for n, one in enumerate(self.members.get("medications", [])))),
            "allergies": bundle(*(_allergy(n, one) for n, one in enumerate(self.members.get("allergies", [])))),
            "problems": bundle(*(_problem(n, one) for n, one in enumerate(problems))),
            "labs": bundle(*(_observation(*one) for one in values.items()), *self._old()),
            "vitals": bundle(*(_observation(*one) for one in vitals.items())),
        }

    def _old(self) -> Iterator[Resource]:
        for name, (value, days) in self.members.get("old", {}).items():
            yield {**_observation(name, value), "id": f"{name}-old", "effectiveDateTime": f"@now-{days}d"}


def vignettes() -> Iterator[Vignette]:
    """Every case and its twin, in the order of the files."""
    for file in sorted(VIGNETTES.glob("*.yaml")):
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
        for row in page["cases"]:
            topic = row.get("topic", page["topic"])
            topics = frozenset([topic] if isinstance(topic, str) else topic)
            yield Vignette(row["id"], topics, row["at_least"], row)
            yield Vignette(f"{row['id']}-twin", topics, row["at_least"], {**row, **row["twin"]}, silent=True)


def _active(number: int, given: str | Mapping[str, Any]) -> Resource:
    if isinstance(given, str):
        return hook_calls.active(given, number)
    if "with" in given:
        return hook_calls.active(given["text"], number, **given["with"])
    ended = f"@today-{given['stopped_days_ago']}d"
    dispensed = {"validityPeriod": {"start": "@today-200d", "end": ended}}
    return hook_calls.active(given["text"], number, status="stopped", dispenseRequest=dispensed)


def _allergy(number: int, given: Mapping[str, Any]) -> Resource:
    reaction = {"manifestation": [{"text": given["reaction"]}]} if "reaction" in given else None
    verification = given.get("verification", "confirmed")
    members: dict[str, Any] = {
        "type": given.get("type", "allergy"),
        "verificationStatus": {
            "coding": [{"system": f"{TERMINOLOGY}/allergyintolerance-verification", "code": verification}]
        },
        **({"criticality": given["criticality"]} if "criticality" in given else {}),
        **({"clinicalStatus": {"coding": [{"code": given["clinical"]}]}} if "clinical" in given else {}),
        **({"reaction": [reaction]} if reaction else {}),
    }
    return hook_calls.allergy(given["text"], number, **members)


def _problem(number: int, given: str | Mapping[str, Any]) -> Resource:
    text, resolved = (given, False) if isinstance(given, str) else (given["text"], given["resolved"])
    status = "resolved" if resolved else "active"
    return {
        "resourceType": "Condition",
        "id": f"problem-{number}",
        "clinicalStatus": {"coding": [{"system": f"{TERMINOLOGY}/condition-clinical", "code": status}]},
        "code": {"text": text},
        "subject": {"reference": f"Patient/{hook_calls.PATIENT}"},
        "recordedDate": "@today-60d",
    }


def _observation(name: str, given: float | str) -> Resource:
    code, unit = OBSERVABLES[name]
    value, bound = given, {}
    if isinstance(given, str):
        number, unit = given.split()
        sign = number.rstrip("0123456789.")
        value, bound = float(number.removeprefix(sign)), {"comparator": sign} if sign else {}
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": hook_calls.LOINC, "code": code}], "text": name},
        "subject": {"reference": f"Patient/{hook_calls.PATIENT}"},
        "effectiveDateTime": "@now-6d",
        "valueQuantity": {**bound, "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


def _dosage(parts: Mapping[str, Any]) -> Resource:
    dosage: Resource = {"text": parts["directions"]}
    if "timing" in parts:
        dosage["timing"] = {"repeat": parts["timing"]}
    if "dose" in parts:
        quantity = {**parts["dose"], "system": "http://unitsofmeasure.org", "code": parts["dose"]["unit"]}
        dosage["doseAndRate"] = [{"doseQuantity": quantity}]
    if "route" in parts:
        dosage["route"] = {"coding": [{"system": SNOMED, **parts["route"]}]}
    return dosage
