"""A report without small numbers: no count from 1 to 10, and none from which one follows; no words from a chart.

As on the quality page (`governance.disclosure`): of the parts of a known total never one alone is hidden, and what
stands in a hidden group is hidden with it. A hidden number is null; zero is no small number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds_service.findings import INDICATORS
from cds_service.governance.disclosure import is_small, listed
from cds_service.replay.burden import per_100
from cds_service.replay.report import Report

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_FIGURE = re.compile(r"\d[\d.,:/-]*")


def shareable(report: Report) -> Report:
    """The same members; those that hold texts of charts or single cases are left out."""
    topics = _topics(report["topics"])
    orders = _shown(report["history"]["signed"])
    return {
        **report,
        "history": _history(report["history"]),
        "calls": [_call(one) for one in report["calls"]],
        "failed_checks": _each(report["failed_checks"], "calls"),
        "problems": [],
        "burden": _burden(report["burden"], orders),
        "topics": topics,
        "rules": _rules(report["rules"], topics),
        "drugs": _columns(report["drugs"], "drug", ("orders", "cards")),
        "not_recognised": [],
        "not_assessed": _reasons(report["not_assessed"]),
        "refused_claims": _each(report["refused_claims"], "cards"),
        "months": _columns(report["months"], "month", ("orders", "cards", "interrupting")),
        "compared": None if report["compared"] is None else _each(report["compared"], "concerns"),
        "small_numbers": "hidden",
    }


def _shown(count: int | None) -> int | None:
    return None if count is not None and is_small(count) else count


def _each(rows: Iterable[Report], *members: str) -> list[Report]:
    """Counts that are parts of no total that is shown."""
    return [{**row, **{member: _shown(row[member]) for member in members}} for row in rows]


def _parts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Parts of a total that a reader knows. Zero may be shown, and hides nothing."""
    some = {name: count for name, count in counts.items() if count}
    return dict.fromkeys(counts, 0) | dict(listed(some, []))


def _columns(rows: Sequence[Report], name: str, members: Sequence[str]) -> list[Report]:
    """Each column adds up to a total; a row whose first column is hidden is hidden whole."""
    shown = {member: _parts({row[name]: row[member] for row in rows}) for member in members}
    lines = [{**row, **{member: shown[member][row[name]] for member in members}} for row in rows]
    return [line if line[members[0]] is not None else {**line, **dict.fromkeys(members)} for line in lines]


def _history(history: Report) -> Report:
    few_unsigned = is_small(history["orders"] - history["signed"])
    return {
        **history,
        **{name: _shown(history[name]) for name in ("patients", "orders", "signed", "renewals", "twice")},
        **({"orders": None} if few_unsigned else {}),
        "read": {kind: _shown(count) for kind, count in history["read"].items()},
        "not_used": {kind: _shown(count) for kind, count in history["not_used"].items()},
        "taken_until": _parts(history["taken_until"]),
        "undated": _each(history["undated"], "resources"),
    }


def _call(call: Report) -> Report:
    """A share of the calls is small too when all but a few have it."""
    answered = call["answered"]
    parts = {
        name: None if is_small(answered - call[name]) else _shown(call[name]) for name in ("with_cards", "interrupted")
    }
    if parts["with_cards"] is not None and is_small(call["with_cards"] - call["interrupted"]):
        parts["interrupted"] = None
    return {**call, **{name: _shown(call[name]) for name in ("answered", "refused", "failed")}, **parts}


def _burden(burden: Report, orders: int | None) -> Report:
    return {
        "at_signing": [_signing(one, orders) for one in burden["at_signing"]],
        **{
            name: {what: _spread(one) for what, one in burden[name].items()}
            for name in ("per_encounter", "per_clinician_month")
        },
    }


def _signing(line: Report, orders: int | None) -> Report:
    parts = _parts({one: line[one] for one in INDICATORS})
    cards = _shown(line["cards"])
    if cards is None:
        parts = dict.fromkeys(INDICATORS)
    loud = [parts["critical"], parts["warning"]]
    interrupting = None if None in loud else line["critical"] + line["warning"]
    rates = {
        "cards_per_100_orders": per_100(cards, orders),
        "interrupting_per_100_orders": per_100(interrupting, orders),
    }
    return {**line, **parts, "cards": cards, **rates}


def _spread(spread: Report) -> Report:
    """A distribution over fewer than eleven is none, its end is always a single one's, and a mean tells the sum."""
    if is_small(spread["number"]):
        return dict.fromkeys(spread)
    few = spread["with_any"] is not None and is_small(spread["number"] - spread["with_any"])
    sums_small = spread["mean"] is not None and is_small(round(spread["mean"] * spread["number"]))
    return {
        **spread,
        "mean": None if sums_small else spread["mean"],
        "most": None,
        "with_any": None if few or sums_small else _shown(spread["with_any"]),
    }


def _topics(topics: Sequence[Report]) -> list[Report]:
    lines = []
    for group in _groups(topics, ("service", "hook")):
        cards = _parts({one["topic"]: one["cards"] for one in group})
        for one in group:
            hidden = cards[one["topic"]] is None
            parts = dict.fromkeys(INDICATORS) if hidden else _parts({name: one[name] for name in INDICATORS})
            rate = None if hidden else one["per_100_calls"]
            lines.append({**one, **parts, "cards": cards[one["topic"]], "per_100_calls": rate})
    return lines


def _rules(rules: Sequence[Report], topics: Sequence[Report]) -> list[Report]:
    """Zero is shown, and whether a drug of the rule was ordered; how often is not, nor how a rule's cards divide."""
    closed = {(one["service"], one["topic"]) for one in topics if one["cards"] is None}
    lines = []
    for group in _groups(rules, ("service", "topic")):
        cards = _parts({one["rule"]: one["cards"] for one in group})
        for one in group:
            shown = None if one["cards"] and (one["service"], one["topic"]) in closed else cards[one["rule"]]
            patients = _shown(one["patients"]) if shown is not None else None
            hidden = dict.fromkeys((*INDICATORS, "orders_of_its_drugs"))
            ordered = None if one["orders_of_its_drugs"] is None else bool(one["orders_of_its_drugs"])
            lines.append({**one, **hidden, "cards": shown, "patients": patients, "its_drugs_were_ordered": ordered})
    return lines


def _reasons(rows: Sequence[Report]) -> list[Report]:
    """What a chart said is quoted in some reasons, and figures may be its own: neither is shown."""
    added: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row["service"], row["topic"], _FIGURE.sub("#", _QUOTED.sub("…", row["reason"])))
        added[key] = added.get(key, 0) + row["times"]
    kept = [(*key, times) for key, times in sorted(added.items()) if not is_small(times)]
    return [{"service": s, "topic": topic, "reason": reason, "times": times} for s, topic, reason, times in kept]


def _groups(rows: Iterable[Report], members: Sequence[str]) -> Iterable[list[Report]]:
    found: dict[tuple[Any, ...], list[Report]] = {}
    for row in rows:
        found.setdefault(tuple(row[member] for member in members), []).append(row)
    return found.values()
