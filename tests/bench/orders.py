"""What order-completion and companion-orders make of fresh orders, through their hooks.

    python -m tests.bench.orders

Prints each order that was not answered as it should be, then the counts. The orders stand in `data/orders/`, with what
is expected of them; nobody outside has labelled them.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.hook_calls import active, bundle, chart, draft, order_sign, person
from tests.running_service import RunningService, in_this_process, migrated

DATA = Path(__file__).parent / "data" / "orders"
_UNITS = {"tab": "tablet", "units": "unit", "{puff}": "puff", "cap": "capsule"}
_LOINC = "http://loinc.org"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@dataclass(frozen=True)
class Judged:
    """`faults`: what is not as expected of the order; empty when all is."""

    text: str
    faults: tuple[str, ...]


def completion(service: RunningService) -> Iterator[Judged]:
    for row in _rows("completion"):
        reply = service.ask(order_sign(_typed(row)), "order-completion")
        offers = [card for card in reply.cards if card["source"]["topic"]["code"] == "order-completion"]
        yield Judged(row["text"], tuple(_completion_faults(row, offers, reply.not_assessed)))


def companions(service: RunningService) -> Iterator[Judged]:
    for row in _rows("companions"):
        cards = service.ask(_with_chart(row), "companion-orders").cards
        labels = [one["label"] for card in cards for one in card.get("suggestions", [])]
        yield Judged(f"{row['order']} {[*row]}", tuple(_companion_faults(row, labels)))


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return rows


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    typed = draft(row["text"])
    if "coded" in row:
        typed["medicationCodeableConcept"]["coding"] = [{"system": _RXNORM, "code": row["coded"]}]
    return {**typed, **({"dosageInstruction": [{"text": row["sig"]}]} if "sig" in row else {})}


def _completion_faults(row: Mapping[str, Any], offers: list[dict[str, Any]], said: list[str]) -> Iterator[str]:
    if row.get("silent") or row.get("left"):
        yield from (f"offered {offer['suggestions'][0]['label']}" for offer in offers)
        if row.get("left") and not any("left as text" in one for one in said):
            yield "it is not said that the directions were left as text"
        return
    if not offers:
        yield f"nothing offered: {said}"
        return
    suggestion = offers[0]["suggestions"][0]
    resource = suggestion["actions"][0]["resource"]
    dosage = resource["dosageInstruction"][0]
    found = {**_read(dosage), **_supply(resource), "first": bool(suggestion.get("isRecommended"))}
    for name, wanted in row.items():
        if name in ("text", "sig", "coded"):
            continue
        if found.get(name) != wanted and not (name == "reason" and wanted in str(found.get(name))):
            yield f"{name} is {found.get(name)}, not {wanted}"


def _read(dosage: Mapping[str, Any]) -> dict[str, Any]:
    repeat = dosage.get("timing", {}).get("repeat", {})
    dose = next(iter(dosage.get("doseAndRate", [])), {}).get("doseQuantity", {})
    unit = str(dose.get("unit", ""))
    bounds = repeat.get("boundsDuration", {})
    reason = dosage.get("asNeededCodeableConcept", {}).get("text")
    return {
        "dose": [dose.get("value"), _same_unit(unit)],
        "times": [
            repeat.get("frequency", len(repeat.get("when", [])) or 1),
            repeat.get("period"),
            repeat.get("periodUnit"),
        ],
        "route": dosage.get("route", {}).get("text", "").removesuffix(" route"),
        "prn": bool(reason or dosage.get("asNeededBoolean")),
        "reason": reason,
        "days": bounds.get("value") if bounds.get("code") == "d" else None,
    }


def _same_unit(unit: str) -> str:
    return {"units": "unit", "tablet": "tab", "tablets": "tab", "puffs": "puff", "sprays": "spray"}.get(unit, unit)


def _supply(resource: Mapping[str, Any]) -> dict[str, Any]:
    supply = resource.get("dispenseRequest", {})
    return {"quantity": supply.get("quantity", {}).get("value"), "refills": supply.get("numberOfRepeatsAllowed")}


def _with_chart(row: Mapping[str, Any]) -> dict[str, Any]:
    labs = [_result(code, days, number) for number, (code, days) in enumerate(row.get("labs", ()), 1)]
    planned = [_planned(code, number) for number, code in enumerate(row.get("planned", ()), 1)]
    beside = [draft(text, number) for number, text in enumerate(row.get("beside", ()), 2)]
    taking = [active(text, number) for number, text in enumerate(row.get("taking", ()), 1)]
    who = person(birthDate=f"@today-{row.get('age', 50)}y")
    known = chart(patient=who, labs=bundle(*labs), medications=bundle(*taking))
    return order_sign(draft(row["order"]), *beside, *planned, prefetch=known)


def _result(code: str, days: int, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"result-{number}",
        "status": "final",
        "code": {"coding": [{"system": _LOINC, "code": code}]},
        "effectiveDateTime": f"@now-{days}d",
        "valueQuantity": {"value": 1.0, "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"},
    }


def _planned(code: str, number: int) -> dict[str, Any]:
    coded = {"coding": [{"system": _LOINC, "code": code}]}
    return {
        "resourceType": "ServiceRequest",
        "id": f"planned-{number}",
        "status": "draft",
        "intent": "order",
        "code": coded,
    }


def _companion_faults(row: Mapping[str, Any], labels: list[str]) -> Iterator[str]:
    if row.get("silent"):
        yield from (f"offered {label}" for label in labels)
    for wanted in row.get("wants", ()):
        if not any(wanted in label for label in labels):
            yield f"no {wanted!r} among {labels}"
    for unwanted in row.get("never", ()):
        yield from (f"offered {label}" for label in labels if unwanted in label)


def main() -> None:
    logging.disable(logging.CRITICAL)
    with in_this_process(migrated(Path(tempfile.mkdtemp()), CLIENT_AUTH="off")) as service:
        for name, judged in (("order-completion", completion(service)), ("companion-orders", companions(service))):
            results = list(judged)
            for one in results:
                if one.faults:
                    print(f"{one.text}\n    " + "\n    ".join(one.faults))
            print(
                f"{name}: {sum(not one.faults for one in results)} of {len(results)} orders answered as they should be"
            )


if __name__ == "__main__":
    main()
