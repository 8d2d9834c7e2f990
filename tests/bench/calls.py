"""The hook calls that are timed, each with a hookInstance and a patient of its own, and but for `listed` with a text
of its own, which nobody has read."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.hook_calls import (
    PATIENT,
    allergy,
    bundle,
    chart,
    coded_draft,
    creatinine,
    draft,
    egfr,
    order_sign,
    weight,
)

Resource = dict[str, Any]
BODY_BYTES = 20_000

ACTIVE = (  # RxNorm ingredients, as an EHR codes them
    ("29046", "lisinopril 20 mg tablet"),
    ("83367", "atorvastatin 40 mg tablet"),
    ("6918", "metoprolol succinate ER 50 mg tablet"),
    ("11289", "warfarin 5 mg tablet"),
    ("10582", "levothyroxine 75 mcg tablet"),
    ("7646", "omeprazole 20 mg capsule"),
    ("4603", "furosemide 40 mg tablet"),
    ("36437", "sertraline 50 mg tablet"),
    ("25480", "gabapentin 300 mg capsule"),
    ("6809", "metformin 500 mg tablet"),
)
CALM = (("17767", "amlodipine"), ("161", "acetaminophen"))
PRODUCTS = (("17767", "amlodipine 5 mg tablet"), ("161", "acetaminophen 500 mg tablet"))
LOUD = (("5640", "ibuprofen"), ("10829", "trimethoprim"))
MISSPELT = ("metoprolol", "amlodipine", "simvastatin", "ciprofloxacin", "citalopram", "spironolactone", "clopidogrel")


def calm(number: int) -> Resource:
    """order-sign with two coded drafts about which there is little to say, over a chart of ten active medications."""
    return _coded(number, CALM)


def listed(number: int) -> Resource:
    """As `calm`, with drafts in the words of an EHR's product list, which stand in many calls and have been read."""
    drafts = (coded_draft(code, name, place) for place, (code, name) in enumerate(PRODUCTS, 1))
    return _call(number, *drafts)


def loud(number: int) -> Resource:
    """The same with two drafts that bring several cards."""
    return _coded(number, LOUD)


def free_text(number: int) -> Resource:
    """The same chart; two orders as typed, spelt right."""
    return _call(number, draft(f"ibuprofen {number} mg tid x 5d", 1), draft(f"bactrim ds bid x {number} d", 2))


def misspelt(number: int) -> Resource:
    """The same chart; one order whose name the model has to read, another slip each time."""
    return _call(number, draft(f"{_slip(number)} {number} mg daily"))


SUBJECTS: Mapping[str, Callable[[int], Resource]] = {
    "two coded drafts": calm,
    "two coded drafts, of a product list": listed,
    "two coded drafts, many cards": loud,
    "two typed drafts": free_text,
    "one misspelt draft": misspelt,
}


def _coded(number: int, drugs: Iterable[tuple[str, str]]) -> Resource:
    drafts = (coded_draft(code, f"{name} {number} mg tablet", place) for place, (code, name) in enumerate(drugs, 1))
    return _call(number, *drafts)


def _call(number: int, *drafts: Resource) -> Resource:
    body = order_sign(*drafts, prefetch=_chart())
    renamed: Resource = json.loads(json.dumps(body).replace(PATIENT, f"patient-{number}"))
    return renamed


def _chart() -> Resource:
    """About 20 KB: what a call brings when an EHR fills every key."""
    medications = [_active(code, text, number) for number, (code, text) in enumerate(ACTIVE, 1)]
    known = {"medications": bundle(*medications), "allergies": bundle(allergy("sulfa antibiotics", 1))}
    filled = chart(**known, labs=bundle(egfr(52), creatinine(1.3)), vitals=bundle(weight(81)))
    return chart(**known, vitals=bundle(weight(81)), labs=bundle(egfr(52), creatinine(1.3), *_older(filled)))


def _active(code: str, text: str, number: int) -> Resource:
    return {**coded_draft(code, text), **{"id": f"active-{number}", "status": "active", "authoredOn": "@today-90d"}}


def _older(filled: Resource) -> Iterator[Resource]:
    """Older results, until the chart is as long as it should be."""
    one = {**creatinine(1.2, "@now-90d"), "id": "older"}
    room = BODY_BYTES - len(json.dumps(filled)) - 1_200  # the rest of the body
    for number in range(max(0, room // len(json.dumps(one)))):
        yield {**creatinine(1.2, f"@now-{100 + number}d"), "id": f"older-{number}"}


def _slip(number: int) -> str:
    """A name with a letter doubled, dropped or swapped, another one for each number."""
    slips = random.Random(number)
    name = MISSPELT[number % len(MISSPELT)]
    at = slips.randrange(2, len(name) - 2)
    return slips.choice(
        (
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        )
    )
