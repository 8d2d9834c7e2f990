"""Every rule that can fire, with how often it did: zero included, as a rule that fails to fire is hardest to see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.findings import INDICATORS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import Cited, Graded
from cds_service.replay.tally import Tally

Rule = dict[str, Any]


def rule_rows(tally: Tally, knowledge: Knowledge) -> list[Rule]:
    """Rules that fired, by service, and after them those that never did. `orders_of_its_drugs`: how many orders were of
    a drug that the row speaks of; null where it names none, so that a zero can be told from "never ordered"."""
    fired: dict[tuple[str, str, str], Counter[str]] = {}
    for (service, _, topic, rule, indicator, _), count in tally.table("cards"):
        if rule:
            fired.setdefault((service, topic, rule), Counter())[indicator] += count
    patients = {(service, rule): n for (service, rule), n in tally.table("patients with")}
    ordered = _Ordered(tally, knowledge)
    rows = [
        {
            **_about(rule, topic, knowledge, ordered),
            "service": service,
            **{one: counts[one] for one in INDICATORS},
            "cards": counts.total(),
            "patients": patients.get((service, rule), 0),
        }
        for (service, topic, rule), counts in sorted(fired.items())
    ]
    return [*rows, *_silent(knowledge, {rule for _, _, rule in fired}, ordered)]


def rules_summary(rules: list[Rule]) -> dict[str, int]:
    silent = [rule for rule in rules if not rule["cards"]]
    return {
        "can_fire": len({rule["rule"] for rule in rules}),
        "fired": len({rule["rule"] for rule in rules if rule["cards"]}),
        "never_fired": len(silent),
        "never_fired_though_ordered": sum(bool(rule["orders_of_its_drugs"]) for rule in silent),
        "off_by_their_own_display": sum(rule["display"] == "off" for rule in silent),
    }


def _silent(knowledge: Knowledge, fired: set[str], ordered: _Ordered) -> Iterator[Rule]:
    """Those of drugs that were ordered most first."""
    zero = {"service": "", **dict.fromkeys(INDICATORS, 0), "cards": 0, "patients": 0}
    rows = [row for row in knowledge.graded_rows() if row.id not in fired]
    about = [{**_about(row.id, row.topic, knowledge, ordered), **zero} for row in rows]
    yield from sorted(about, key=lambda rule: (-(rule["orders_of_its_drugs"] or 0), rule["table"], rule["rule"]))


def _about(rule: str, topic: str, knowledge: Knowledge, ordered: _Ordered) -> Rule:
    row = knowledge.cited.get(rule)
    graded = row if isinstance(row, Graded) else None
    return {
        "rule": rule,
        "table": row.table if row else "",
        "topic": topic,
        "harm": graded.harm if graded else "",
        "display": graded.display if graded else "",
        "title": row.title(knowledge) if row else "",
        "orders_of_its_drugs": ordered.of(row) if row else None,
    }


class _Ordered:
    """How many orders were of drugs that a row speaks of."""

    def __init__(self, tally: Tally, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._orders: Mapping[str, int] = {rxcui: n for (rxcui, _), n in tally.table("ordered")}
        self._drugs: defaultdict[str, set[str]] = defaultdict(set)
        for rxcui in self._orders:
            for key in knowledge.names.keys_of(rxcui):
                self._drugs[key].add(rxcui)

    def of(self, row: Cited) -> int | None:
        keys = set(row.drug_keys(self._knowledge))
        if not keys:
            return None
        return sum(self._orders[rxcui] for rxcui in set().union(*(self._drugs.get(key, set()) for key in keys)))
