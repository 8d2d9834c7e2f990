"""A tally as a report: plain JSON, whose members REPLAY.md describes. Exact; `sharing` makes it fit to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from cds_service.findings import INDICATORS
from cds_service.knowledge import COVERED_TOPICS, Knowledge
from cds_service.replay.burden import burden_of, per_100, percentile
from cds_service.replay.calls import SIGN
from cds_service.replay.plan import Plan
from cds_service.replay.rules import rule_rows, rules_summary
from cds_service.replay.tally import Tally
from cds_service.terminology.vocabulary import Drug

SCHEMA = "countersign-replay/1"
Report = dict[str, Any]
# What a chart cannot do without; a type that the whole history lacks is not known to be none.
_CHARTED = frozenset({"Patient", "AllergyIntolerance", "Condition", "Observation", "DocumentReference"})


def report_of(
    tally: Tally, plan: Plan, services: Sequence[str], knowledge: Knowledge, compared: Knowledge | None
) -> Report:
    """Everything that was counted, sorted; times of day and machine play no part in it."""
    rules = rule_rows(tally, knowledge)
    return {
        "schema": SCHEMA,
        "asked": _asked(plan, services, knowledge, compared),
        "history": _history(tally),
        "calls": _calls(tally),
        "failed_checks": [{"service": s, "check": check, "calls": n} for (s, check), n in tally.table("broken")],
        "problems": [{"where": where, "why": why} for where, why in tally.places],
        "burden": burden_of(tally),
        "topics": _topics(tally),
        "rules_summary": rules_summary(rules),
        "rules": rules,
        "drugs": _drugs(tally, knowledge),
        "not_recognised": [{"words": words, "orders": n} for (words,), n in tally.table("not recognised")],
        "not_assessed": [
            {"service": service, "topic": topic, "reason": reason, "times": n}
            for (service, topic, reason), n in tally.table("not assessed")
        ],
        "refused_claims": [
            {"rule": rule, "kind": kind, "why": why, "cards": n}
            for (rule, kind, why), n in tally.table("refused claims")
        ],
        "months": _months(tally),
        "compared": _compared(tally) if compared else None,
    }


def cost_of(tally: Tally, seconds: float, workers: str) -> Report:
    """What the answers cost: CPU of each service's call in milliseconds; differs from run to run."""
    asked: dict[tuple[str, str], Counter[int]] = {}
    for (table, *columns), count in tally.cost.items():
        if table == "calls by ms":
            asked.setdefault((columns[0], columns[1]), Counter())[int(columns[2])] += count
    rows = [
        {
            "service": service,
            "hook": hook,
            "calls": histogram.total(),
            "cpu_ms_mean": round(tally.cost["cpu us", service, hook] / 1000 / histogram.total(), 2),
            "cpu_ms_median": percentile(histogram, 0.5),
            "cpu_ms_p99": percentile(histogram, 0.99),
            "cpu_ms_most": max(histogram),
        }
        for (service, hook), histogram in sorted(asked.items())
    ]
    return {"seconds": round(seconds, 1), "workers": workers, "calls": rows}


def _asked(plan: Plan, services: Sequence[str], knowledge: Knowledge, compared: Knowledge | None) -> Report:
    return {
        "knowledge": knowledge.version,
        "silent_rows": knowledge.silent,
        "unreviewed_rows": knowledge.unreviewed,
        "compared_with": compared.version if compared else None,
        "services": list(services),
        "per": plan.per,
        "visits": plan.visits,
        "from": plan.period.start.isoformat() if plan.period.start else None,
        "to": plan.period.end.isoformat() if plan.period.end else None,
    }


def _history(tally: Tally) -> Report:
    return {
        "files": tally.total("files"),
        "read": {kind: n for (kind,), n in tally.table("read")},
        "not_used": {kind: n for (kind,), n in tally.table("not used")},
        "lacks": _lacks({kind for (kind,), _ in tally.table("read")}),
        "damaged": tally.total("damaged"),
        "twice": tally.total("twice"),
        "patients": tally.total("patients"),
        "orders": tally.total("orders"),
        "signed": tally.total("orders", SIGN),
        "renewals": tally.total("renewals"),
        "taken_until": {told: n for (told,), n in tally.table("taken until")},
        "undated": [{"type": kind, "what": what, "resources": n} for (kind, what), n in tally.table("undated")],
    }


def _lacks(read: set[str]) -> list[str]:
    """Captured requests bring their charts themselves."""
    return sorted(_CHARTED - read) if "MedicationRequest" in read else []


def _calls(tally: Tally) -> list[Report]:
    calls: dict[tuple[str, str], Counter[str]] = {}
    for (service, hook, outcome), count in tally.table("calls"):
        calls.setdefault((service, hook), Counter())[outcome] += count
    return [
        {
            "service": service,
            "hook": hook,
            **{outcome: counts[outcome] for outcome in ("answered", "refused", "failed")},
            "with_cards": tally.total("calls with", service, hook, "cards"),
            "interrupted": tally.total("calls with", service, hook, "interrupting"),
        }
        for (service, hook), counts in calls.items()
    ]


def _topics(tally: Tally) -> list[Report]:
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for (service, hook, topic, _, indicator, _), count in tally.table("cards"):
        found.setdefault((service, hook, topic), Counter())[indicator] += count
    return [
        {
            "service": service,
            "hook": hook,
            "topic": topic,
            **{one: counts[one] for one in INDICATORS},
            "cards": counts.total(),
            "per_100_calls": per_100(counts.total(), tally.total("calls", service, hook, "answered")),
        }
        for (service, hook, topic), counts in sorted(found.items())
    ]


def _drugs(tally: Tally, knowledge: Knowledge) -> list[Report]:
    """Each ingredient that was ordered: how often, with how many cards, and which topics our tables do not cover."""
    cards: Counter[str] = Counter()
    for (_, _, _, _, _, drugs), count in tally.table("cards"):
        cards.update(dict.fromkeys(drugs.split(" + "), count))
    return [_drug(Drug(rxcui, name), n, cards[name], knowledge) for (rxcui, name), n in tally.table("ordered")]


def _drug(drug: Drug, orders: int, cards: int, knowledge: Knowledge) -> Report:
    gaps = [topic for topic in COVERED_TOPICS if knowledge.coverage(drug, topic) == "not-covered"]
    return {
        "drug": drug.name,
        "rxcui": drug.rxcui,
        "orders": orders,
        "cards": cards,
        "coverage": "none" if len(gaps) == len(COVERED_TOPICS) else ("part" if gaps else "all topics"),
        "not_covered": gaps,
    }


def _months(tally: Tally) -> list[Report]:
    found: dict[str, Counter[str]] = {}
    for (month, what), count in tally.table("month"):
        found.setdefault(month, Counter())[what] += count
    return [
        {"month": month, **{what: n[what] for what in ("orders", "cards", "interrupting")}}
        for month, n in found.items()
    ]


def _compared(tally: Tally) -> list[Report]:
    """Concerns by what becomes of them under the other tables; `before` and `after` are indicators, or null."""
    return [
        {
            "service": service,
            "topic": topic,
            "rule": rule,
            "change": change_of(before, after),
            "before": before or None,
            "after": after or None,
            "concerns": n,
        }
        for (service, topic, rule, before, after), n in tally.table("compared")
    ]


def change_of(before: str, after: str) -> str:
    if before == after:
        return "stays"
    return "changes" if before and after else ("appears" if after else "vanishes")
