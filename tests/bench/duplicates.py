"""How well duplicates are told from what belongs together, over HTTP: `python -m tests.bench.duplicates`.

The cases are our own (`data/duplicates.tsv`). `expect`: fires (a card of the topic), silent (none), any (a card, or
silence: immediate beside extended release).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.quiet import quiet_service
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService

CASES = Path(__file__).parent / "data" / "duplicates.tsv"


def cases() -> Iterator[Mapping[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def fired(service: RunningService, case: Mapping[str, str]) -> bool:
    reply = service.ask(order_sign(draft(case["order"]), prefetch=chart(medications=bundle(active(case["active"])))))
    return any(card["topic"] == "duplicate-therapy" for card in reply.findings)


def main() -> None:
    counts: Counter[str] = Counter()
    with quiet_service() as service:
        for case in cases():
            if case["expect"] == "any":
                continue
            answer, wanted = fired(service, case), case["expect"] == "fires"
            kind = {(True, True): "hit", (True, False): "false alarm", (False, True): "missed"}.get(
                (answer, wanted), ""
            )
            counts[kind or "silent"] += 1
            if answer != wanted:
                print(f"  {case['set']}: {case['active']} + {case['order']}: {kind}")
    recall = counts["hit"] / (counts["hit"] + counts["missed"])
    precision = counts["hit"] / (counts["hit"] + counts["false alarm"])
    f1 = 2 * recall * precision / (recall + precision)
    print(f"{dict(counts)}\nrecall {recall:.3f}, precision {precision:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
