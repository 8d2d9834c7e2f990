"""How well recorded allergies are met, over HTTP: `python -m tests.bench.allergies`. It prints, and judges nothing.

The cases are our own (`data/allergies.tsv`), written from labels and the allergy practice parameter, more than a third
of them near misses. `expect`: fires (a warning or critical card), warned (a card that is right either way), info (at
most an information card), silent (no card of the topic).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.quiet import quiet_service
from tests.hook_calls import bundle, chart, draft, order_sign
from tests.running_service import RunningService

CASES = Path(__file__).parent / "data" / "allergies.tsv"
LOUD = ("warning", "critical")


def cases() -> Iterator[Mapping[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def shown(service: RunningService, case: Mapping[str, str]) -> str:
    """The loudest indicator of a drug-allergy card, or "silent"."""
    entry: dict[str, Any] = {"resourceType": "AllergyIntolerance", "id": "a1", "code": {"text": case["allergy"]}}
    entry["patient"] = {"reference": "Patient/ruth-alder"}
    if case["reaction"]:
        entry["reaction"] = [{"manifestation": [{"text": case["reaction"]}]}]
    reply = service.ask(order_sign(draft(case["order"]), prefetch=chart(allergies=bundle(entry))))
    found = [card["indicator"] for card in reply.findings if card["topic"] == "drug-allergy"]
    return next((indicator for indicator in (*LOUD[::-1], "info") if indicator in found), "silent")


def right(expect: str, answer: str) -> bool:
    if expect == "fires":
        return answer in LOUD or answer == "info"
    if expect == "info":
        return answer in ("info", "silent")
    return answer == "silent" or expect == "warned"


def main() -> None:
    total: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    alerts = wrong = interruptive = 0
    with quiet_service() as service:
        for case in cases():
            answer, expect = shown(service, case), case["expect"]
            total[case["set"]] += 1
            hit[case["set"]] += right(expect, answer)
            alerts += answer != "silent"
            wrong += answer != "silent" and not right(expect, answer)
            interruptive += answer in LOUD and expect == "silent"
            if not right(expect, answer):
                print(f"  {case['set']}: {case['allergy']} ({case['reaction']}) + {case['order']}: {answer}")
    for name in total:
        print(f"{name:<8}{hit[name]:>5} of {total[name]:<5} {hit[name] / total[name]:.3f}")
    print(f"precision {1 - wrong / alerts:.3f} of {alerts} alerts; {interruptive} interruptive where silence was right")


if __name__ == "__main__":
    main()
