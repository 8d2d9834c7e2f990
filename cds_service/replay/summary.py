"""A report as a page of Markdown that a committee can read. What is hidden stands as such, or as a dash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cds_service.replay.report import Report

_MOST = 25


def summary_of(report: Report) -> str:
    lines = (
        *_head(report),
        *_problems(report),
        *_burden(report),
        *_topics(report),
        *_rules(report),
        *_drugs(report),
        *_gaps(report),
        *_compared(report),
        *_past(report),
    )
    return "\n".join(lines) + "\n"


def _head(report: Report) -> Iterator[str]:
    history, asked = report["history"], report["asked"]
    yield "# Replay: what would have fired"
    yield ""
    if "small_numbers" in report:
        yield "For sharing: numbers from 1 to 10, and those that would give one away, are hidden."
    else:
        yield "**Not for sharing as it stands**: numbers are exact, and small ones can point to a person."
    yield ""
    yield f"- {_n(history['orders'])} orders of {_n(history['patients'])} patients, from {history['files']} files"
    called = {one["service"] for one in report["calls"]}
    yield f"- services: {', '.join(sorted(called))}; one call for each {asked['per']}"
    if idle := [service for service in asked["services"] if service not in called]:
        yield f"- no call was for {', '.join(idle)} (`--visits` opens charts and ends stays)"
    if asked["from"] or asked["to"]:
        yield f"- orders from {asked['from'] or 'the beginning'} to {asked['to'] or 'the end'}"
    yield f"- knowledge {asked['knowledge']}: {asked['unreviewed_rows']} of its rows nobody has reviewed, " + (
        f"{asked['silent_rows']} are silent for that" if asked["silent_rows"] else "none is silent for that here"
    )
    if history["lacks"]:
        yield f"- **the history holds no {', '.join(history['lacks'])}**: what needs it could not be assessed"
    if history["damaged"]:
        yield f"- **{history['damaged']} lines or entries could not be read** and are not counted below"


def _problems(report: Report) -> Iterator[str]:
    unanswered = [one for one in report["calls"] if one["refused"] != 0 or one["failed"] != 0]
    if not unanswered and not report["failed_checks"] and not report["refused_claims"]:
        return
    yield from ("", "## What did not work", "")
    if unanswered:
        yield from _table(("service", "hook", "answered", "refused", "failed"), unanswered)
        yield ""
    for one in report["failed_checks"]:
        yield f"- **the check {one['check']} of {one['service']} failed** in {_n(one['calls'])} calls"
    for one in report["refused_claims"]:
        yield f"- {_n(one['cards'])} cards of {one['rule']} went without a {one['kind']} that its source does not bear"
    for one in report["problems"][:_MOST]:
        yield f"- {one['where']}: {one['why']}"


def _burden(report: Report) -> Iterator[str]:
    yield from ("", "## Burden", "", "Cards at signing:", "")
    columns = ("service", "critical", "warning", "info", "cards_per_100_orders", "interrupting_per_100_orders")
    yield from _table(columns, report["burden"]["at_signing"])
    yield from ("", "All cards, of all services that were asked:", "")
    rows = [
        {"for each": name, "of": what, **spread, "quartiles": _range(spread["quartiles"])}
        for name, group in (("encounter", "per_encounter"), ("clinician and month", "per_clinician_month"))
        for what, spread in report["burden"][group].items()
    ]
    yield from _table(("for each", "of", "number", "with_any", "mean", "median", "quartiles", "most"), rows)


def _topics(report: Report) -> Iterator[str]:
    yield from ("", "## By topic", "")
    columns = ("service", "hook", "topic", "critical", "warning", "info", "per_100_calls")
    yield from _table(columns, report["topics"])


def _rules(report: Report) -> Iterator[str]:
    summary, rules = report["rules_summary"], report["rules"]
    yield from ("", "## By rule", "")
    yield (
        f"Of {summary['can_fire']} rules that can fire {summary['fired']} did. {summary['never_fired']} never did: of "
        f"{summary['never_fired_though_ordered']} of these a drug was ordered, and "
        f"{summary['off_by_their_own_display']} are off by their own row. All stand in `rules.csv`."
    )
    yield ""
    fired = sorted((one for one in rules if one["cards"]), key=lambda one: (-one["cards"], one["rule"]))
    yield from _table(("rule", "title", "service", "topic", "cards", "patients"), fired[:_MOST])
    silent = [one for one in rules if one["cards"] == 0 and one["orders_of_its_drugs"]][:_MOST]
    if silent:
        yield from ("", "Never fired, though a drug of the rule was ordered (most ordered first):", "")
        yield from _table(("rule", "title", "topic", "harm", "orders_of_its_drugs"), silent)


def _drugs(report: Report) -> Iterator[str]:
    gaps = [one for one in report["drugs"] if one["coverage"] == "none"]
    gaps.sort(key=lambda one: (-(one["orders"] or 0), one["drug"]))
    yield from ("", "## Drugs", "")
    unknown = sum(one["orders"] for one in report["not_recognised"])
    if unknown:
        yield f"{unknown} orders named no drug that is known here (`not_recognised.csv`)."
    if not gaps:
        yield f"Each of the {len(report['drugs'])} ingredients ordered is covered in one topic at least."
    else:
        yield f"Of {len(report['drugs'])} ingredients ordered {len(gaps)} are covered in no topic."
        yield ""
        yield from _table(("drug", "orders"), gaps[:_MOST])


def _gaps(report: Report) -> Iterator[str]:
    rows = sorted(report["not_assessed"], key=lambda one: (-one["times"], one["service"], one["reason"]))
    yield from ("", "## Not assessed, and why", "", "The most frequent; all stand in `not_assessed.csv`.", "")
    yield from _table(("times", "service", "topic", "reason"), rows[:_MOST])


def _compared(report: Report) -> Iterator[str]:
    if report["compared"] is None:
        return
    yield from ("", f"## Under the other tables ({report['asked']['compared_with']})", "")
    moved = [one for one in report["compared"] if one["change"] != "stays"]
    if not moved:
        yield "Every concern stays, and is shown as before."
        return
    ordered = sorted(moved, key=lambda one: (one["change"], -(one["concerns"] or 0), one["rule"]))
    yield from _table(("change", "rule", "service", "topic", "before", "after", "concerns"), ordered)


def _past(report: Report) -> Iterator[str]:
    history = report["history"]
    yield from ("", "## How far the past could be told", "")
    told = ", ".join(f"{what} {_n(count)}" for what, count in history["taken_until"].items())
    yield f"How long orders were taken: {told or 'no orders'}."
    yield f"{_n(history['renewals'])} took the place of an earlier order of the same words."
    for one in history["undated"]:
        yield f"- {_n(one['resources'])} {one['type']}: {one['what']}"


def _table(columns: Sequence[str], rows: Iterable[Report]) -> Iterator[str]:
    yield f"| {' | '.join(name.replace('_', ' ') for name in columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(_cell(row.get(name)) for name in columns)} |"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _n(count: int | None) -> str:
    return "(hidden)" if count is None else str(count)


def _range(quartiles: Sequence[int] | None) -> str | None:
    return f"{quartiles[0]} to {quartiles[1]}" if quartiles else None
