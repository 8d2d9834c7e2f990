"""Quality: what was sent and what became of it, with control charts; for people with the role `quality`.

Only counts stand here. Small cells are hidden on the page and in the CSV alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, request

from cds_service.governance.control_charts import Chart, laney_p, laney_u, xmr
from cds_service.governance.disclosure import Asked, Disclosure, listed
from cds_service.governance.measures import LEAST_CELL, Line, Sent, Week, monday, weeks_of
from cds_service.store.reports.modes import ALL, SilentCount
from smart_app.access.opened import opened_view
from smart_app.access.roles import require_role
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.quality.plots import Plot, Unit, plot_of
from smart_app.record.reasons import reason_displays
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import topic_words

blueprint = Blueprint("quality", __name__)
PERIODS = {"13": "13 weeks", "26": "26 weeks", "52": "52 weeks"}
BASELINE = 20  # weeks
DIMENSIONS = {"topic": "Topic", "service": "Service", "unit": "Unit", "user_kind": "Kind of user"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; an empty text means all."""

    weeks: int
    service: str
    topic: str
    unit: str

    def asked(self, first: date) -> Asked:
        named = {"service": self.service, "topic": self.topic, "unit": self.unit}
        return Asked(first, {name: value for name, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Silent:
    """What silent services found and did not show: service, topic, count of each line. `services`: silent now."""

    services: tuple[str, ...]
    lines: list[tuple[str, str, int | None]]


@dataclass(frozen=True, slots=True)
class Quality:
    """What the page shows. `reasons` and `silent` hide small cells too; None: no number may be said."""

    filters: Filters
    tables: dict[str, list[Line]]
    reasons: list[tuple[str, int | None]]
    plots: tuple[Plot, ...]
    choices: dict[str, list[str]]
    per_100: str
    changes: list[tuple[date, str]]
    silent: Silent


@blueprint.get("/quality")
def quality() -> Response:
    """The page; filters stand in the address, they name no person."""
    view = opened_view(request.args.get("view"), of_a_chart=False)
    require_role(view, "quality")
    audit_view("smart-quality", "shown", view)
    return streamed(
        "quality/quality.html",
        view=view,
        gather=lambda: _gathered(view),
        periods=PERIODS,
        dimensions=DIMENSIONS,
        least=LEAST_CELL,
        said=lambda dimension, group: topic_words(group) if dimension == "topic" else group,
    )


@blueprint.get("/quality.csv")
def as_csv() -> Response:
    """The tables of the page with the same filters and the same cells hidden."""
    view = opened_view(request.args.get("view"), of_a_chart=False)
    require_role(view, "quality")
    page = _gathered(view)
    audit_view("smart-quality", "exported", view)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["dimension", "group", "sent", "accepted", "overridden", "unanswered", "not_shown"])
    for dimension, lines in page.tables.items():
        for line in lines:
            counts = (line.sent, line.accepted, line.overridden, line.unanswered)
            writer.writerow([dimension, _inert(line.group), *map(_count, counts), ""])
    for service, topic, count in page.silent.lines:  # a column of their own: nobody saw these cards
        writer.writerow(["silent", _inert(f"{service}: {topic}"), "", "", "", "", _count(count)])
    headers = {"Content-Disposition": 'attachment; filename="quality.csv"'}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _gathered(view: View) -> Quality:
    end = datetime.fromtimestamp(wired().now(), UTC) + timedelta(minutes=1)
    starts = {weeks: _midnight(monday(end.date()) - timedelta(weeks=int(weeks) - 1)) for weeks in PERIODS}
    filters, tallies = _filters(), wired().store.tallies
    start = starts[str(filters.weeks)]
    asked = filters.asked(start.date())
    everything = [
        Sent(t.day, t.service, t.topic, t.unit, t.user_kind, t.last, t.cards, t.at_signing)
        for t in tallies.cards(view.tenant, min(starts.values()), end)
    ]
    may = Disclosure(everything, [one.date() for one in starts.values()])
    weeks = weeks_of([row for row in everything if asked.keeps(row)], tallies.orders(view.tenant, start, end))
    longer = [dict(tallies.reasons(view.tenant, one, end)) for one in starts.values() if one < start]
    return Quality(
        filters=filters,
        tables={name: may.table(asked, name) for name in DIMENSIONS},
        reasons=_reasons(listed(dict(tallies.reasons(view.tenant, start, end)), longer)),
        plots=tuple(_plots(weeks, may.weeks(asked), tallies.changes(view.tenant, start, end))),
        choices={name: sorted({getattr(row, name) for row in everything} - {""}) for name in DIMENSIONS},
        per_100="too few to say" if may.is_closed(asked) else _per_100(weeks),
        changes=tallies.changes(view.tenant, start, end),
        silent=_silent(view.tenant, start, [one for one in starts.values() if one < start], end),
    )


def _silent(tenant: str, start: datetime, longer: Sequence[datetime], end: datetime) -> Silent:
    """Small counts are hidden, and those that a longer period would give away."""
    modes = wired().store.modes
    counts = [_by_topic(modes.counts(tenant, one, end)) for one in (start, *longer)]
    names = (mode.service for mode in modes.all() if mode.tenant == tenant and mode.mode == "silent")
    return Silent(
        tuple("all that are not named otherwise" if name == ALL else name for name in names),
        [(*name.split("\n"), count) for name, count in listed(counts[0], counts[1:]).items()],  # type: ignore[misc]
    )


def _by_topic(counts: Sequence[SilentCount]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in counts:
        name = f"{one.service}\n{topic_words(one.topic)}"
        found[name] = found.get(name, 0) + one.cards
    return found


def _filters() -> Filters:
    weeks = request.args.get("weeks", "26")
    asked = (request.args.get(name, "") for name in ("service", "topic", "unit"))
    return Filters(int(weeks) if weeks in PERIODS else 26, *asked)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def _plots(weeks: Sequence[Week], shown: Collection[date], changes: Sequence[tuple[date, str]]) -> list[Plot]:
    """Only the weeks of `shown` have shares; their cards are enough, here and in what wider pages have beyond them."""
    sent = [week.sent if week.start in shown else 0 for week in weeks]
    overridden = [week.overridden if n else 0 for week, n in zip(weeks, sent, strict=True)]
    accepted = [week.accepted if n else 0 for week, n in zip(weeks, sent, strict=True)]
    hundreds = [week.orders / 100 if week.orders >= LEAST_CELL and week.start in shown else 0.0 for week in weeks]
    cards = [week.at_signing if n else 0 for week, n in zip(weeks, hundreds, strict=True)]
    orders = [float(week.orders) if week.orders >= LEAST_CELL else None for week in weeks]
    charts: list[tuple[str, Unit, Chart | None]] = [
        ("Overridden, share of cards sent", "percent", laney_p(overridden, sent, BASELINE)),
        ("Accepted, share of cards sent", "percent", laney_p(accepted, sent, BASELINE)),
        ("Cards at signing, per 100 signed orders", "number", laney_u(cards, hundreds, BASELINE)),
        ("Signed orders", "number", xmr(orders, BASELINE)),
    ]
    starts = [week.start for week in weeks]
    return [plot_of(title, unit, chart, starts, changes) for title, unit, chart in charts]


def _reasons(found: Mapping[str, int | None]) -> list[tuple[str, int | None]]:
    return [(reason_displays().get(code, code) or "no coded reason", count) for code, count in found.items()]


def _per_100(weeks: Sequence[Week]) -> str:
    orders, cards = sum(week.orders for week in weeks), sum(week.at_signing for week in weeks)
    return f"{cards / orders * 100:.1f}" if orders >= LEAST_CELL and cards >= LEAST_CELL else "too few to say"


def _count(count: int | None) -> str:
    return "hidden" if count is None else str(count)


def _inert(text: str) -> str:
    """A unit's name is free text of an EHR; no spreadsheet shall run it."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
