"""How much it would be: cards for 100 orders, and how they spread over encounters, clinicians and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cds_service.findings import INDICATORS
from cds_service.replay.calls import SIGN
from cds_service.replay.tally import Row, Tally


def burden_of(tally: Tally) -> Row:
    """Cards at signing for 100 orders; of all calls, per encounter and per clinician and month."""
    shown: dict[str, Counter[str]] = {}
    for (service, hook, _, _, indicator, _), count in tally.table("cards"):
        if hook == SIGN:
            shown.setdefault(service, Counter())[indicator] += count
    orders = tally.total("orders", SIGN)
    services = [
        {
            "service": service,
            **{one: counts[one] for one in INDICATORS},
            "cards": counts.total(),
            "cards_per_100_orders": per_100(counts.total(), orders),
            "interrupting_per_100_orders": per_100(counts["critical"] + counts["warning"], orders),
        }
        for service, counts in sorted(shown.items())
    ]
    return {
        "at_signing": services,
        "per_encounter": {what: _spread(_encounters(tally, what)) for what in ("cards", "interrupting")},
        "per_clinician_month": {
            what: _spread(_clinicians(tally, what)) for what in ("orders", "cards", "interrupting")
        },
    }


def _encounters(tally: Tally, what: str) -> Counter[int]:
    return Counter({int(cards): n for (counted, cards), n in tally.table("encounters by") if counted == what})


def _clinicians(tally: Tally, what: str) -> Counter[int]:
    """How many clinician-months had so many; those without any are known by their orders."""
    months = {who for (who, _), _ in tally.table("clinician month")}
    counted = {who: n for (who, counted), n in tally.table("clinician month") if counted == what}
    return Counter(counted.get(who, 0) for who in months)


def _spread(histogram: Counter[int]) -> Row:
    number = histogram.total()
    if not number:
        return {"number": 0, "mean": None, "median": None, "quartiles": None, "most": None, "with_any": None}
    return {
        "number": number,
        "mean": round(sum(value * count for value, count in histogram.items()) / number, 3),
        "median": percentile(histogram, 0.5),
        "quartiles": [percentile(histogram, 0.25), percentile(histogram, 0.75)],
        "most": max(histogram),
        "with_any": number - histogram[0],
    }


def percentile(histogram: Mapping[int, int], share: float) -> int:
    """The smallest value that at least this share of all does not exceed."""
    wanted, seen = share * sum(histogram.values()), 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return value
    return 0


def per_100(count: int | None, of: int | None) -> float | None:
    return round(100 * count / of, 2) if count is not None and of else None
