"""Calculators filled in from the chart and open to change; the rules' own formulas. The EHR is read while the page is
on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request

from cds_service.chart import Chart
from cds_service.chart.dates import age_in_years
from cds_service.chart.patient.calculators import outgrown
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.loads import Load, loads_of
from cds_service.chart.patient.scores import SCORES
from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.ask.formulas import FIELDS, Result, results_of
from smart_app.ask.scoring import ANSWERS, filled_items, items, scores_of
from smart_app.chart.values import Charted, chart_of
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import day

blueprint = Blueprint("calculators", __name__)
LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields with their values, where each is from (empty for typed ones), and what comes of them."""

    values: Mapping[str, str]
    origins: Mapping[str, str]
    results: tuple[Result, ...]
    loads: tuple[Load, ...]
    why_not: str = ""


@blueprint.get("/calculators")
def form() -> Response:
    """The fields as the chart has them, each with its day, and what comes of them."""
    view = opened_view(request.args.get("view"))
    audit_view("smart-calculators", "shown", view)
    return _page(view, lambda: _from_chart(view))


@blueprint.post("/calculators")
def calculate() -> Response:
    """The same with what was typed and answered, and the sums of the medication list again; nothing is stored."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    values = {name: request.form.get(name, "").strip()[:LONGEST_NUMBER] for name in (*FIELDS, "sex", *items())}
    audit_view("smart-calculators", "computed", view)
    return _page(view, lambda: _from_form(view, values))


def _page(view: View, fill: Callable[[], Filled]) -> Response:
    return streamed("ask/calculators.html", view=view, fields=FIELDS, scores=SCORES, answers=ANSWERS, fill=fill)


def _from_chart(view: View) -> Filled:
    charted = chart_of(view, lists=True)
    values, origins = filled_in(charted.chart)
    answered, found = filled_items(charted.chart)
    return _filled(charted, {**values, **answered}, {**origins, **found})


def _from_form(view: View, values: Mapping[str, str]) -> Filled:
    return _filled(chart_of(view, lists=True), values, {})


def _filled(charted: Charted, values: Mapping[str, str], origins: Mapping[str, str]) -> Filled:
    results = (*results_of(values), *scores_of(values))
    return Filled(values, origins, results, loads_of(charted.chart, wired().drug_keys), charted.why_not)


def filled_in(chart: Chart) -> tuple[dict[str, str], dict[str, str]]:
    """Values and where each is from. What is lacking, too old or unreadable stays empty and says so."""
    born = chart.patient.born
    age = age_in_years(born, chart.today) if born else None
    values = {"age": "" if age is None else str(age), "sex": chart.patient.sex or ""}
    origins = {"age": f"born {day(born.isoformat())}" if age is not None and born else "no birth date on record"}
    too_old = outgrown(chart)
    for name, field in FIELDS.items():
        if too_old and name in ("weight", "height"):
            values[name], origins[name] = "", too_old
        elif field.kind:
            found = latest(chart, field.kind, field.max_age)
            values[name] = "" if found.value is None else f"{found.value:.4g}"
            on = found.found.on if found.found else None
            origins[name] = found.reason or (f"on {day(on.isoformat())}" if on else "")
    return values, origins
