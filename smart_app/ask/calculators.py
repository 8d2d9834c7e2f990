"""Calculators filled in from the chart and open to change; the rules' own formulas. The EHR is read while the page is
on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from cds_service.chart import Chart
from cds_service.chart.dates import age_in_years
from cds_service.chart.latest import latest
from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.ask.formulas import FIELDS, Result, results_of
from smart_app.chart.values import chart_of
from smart_app.sessions.views import View
from smart_app.wording import day

blueprint = Blueprint("calculators", __name__)
LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields with their values, where each is from (empty for typed ones), and what comes of them."""

    values: Mapping[str, str]
    origins: Mapping[str, str]
    results: tuple[Result, ...]
    why_not: str = ""


@blueprint.get("/calculators")
def form() -> Response:
    """The fields as the chart has them, each with its day, and what comes of them."""
    view = opened_view(request.args.get("view"))
    audit_view("smart-calculators", "shown", view)
    return streamed("ask/calculators.html", view=view, fields=FIELDS, fill=lambda: _from_chart(view))


@blueprint.post("/calculators")
def calculate() -> str:
    """The same with the numbers that were typed; nothing of it is stored."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    values = {name: request.form.get(name, "").strip()[:LONGEST_NUMBER] for name in (*FIELDS, "sex")}
    audit_view("smart-calculators", "computed", view)
    filled = Filled(values, {}, results_of(values))
    return render_template("ask/calculators.html", view=view, fields=FIELDS, fill=lambda: filled, so_far="")


def _from_chart(view: View) -> Filled:
    charted = chart_of(view)
    values, origins = filled_in(charted.chart)
    return Filled(values, origins, results_of(values), charted.why_not)


def filled_in(chart: Chart) -> tuple[dict[str, str], dict[str, str]]:
    """Values and where each is from. What is lacking, too old or unreadable stays empty and says so."""
    born = chart.patient.born
    age = age_in_years(born, chart.today) if born else None
    values = {"age": "" if age is None else str(age), "sex": chart.patient.sex or ""}
    origins = {"age": f"born {day(born.isoformat())}" if age is not None and born else "no birth date on record"}
    for name, field in FIELDS.items():
        if field.kind:
            found = latest(chart, field.kind, field.max_age)
            values[name] = "" if found.value is None else f"{found.value:.4g}"
            on = found.found.on if found.found else None
            origins[name] = found.reason or (f"on {day(on.isoformat())}" if on else "")
    return values, origins
