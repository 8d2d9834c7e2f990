"""Calculators: kidney function and body size, filled in from the chart and open to change; the rules' own formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Blueprint, render_template, request

from cds_service.tools import CannotCompute
from cds_service.tools.body_mass_index import bmi
from cds_service.tools.ckd_epi_2021 import egfr
from cds_service.tools.cockcroft_gault import crcl
from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.access.trail import audit_view
from smart_app.chart.reads import read_measurements
from smart_app.chart.series import Series, series_of
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import day

blueprint = Blueprint("calculators", __name__)
UMOL_PER_MG = 88.42  # creatinine: µmol/L in one mg/dL
FIELDS = {"age": "Age (years)", "weight": "Weight (kg)", "height": "Height (cm)", "creatinine": "Creatinine (mg/dL)"}
# LOINC codes of what is filled in, and the units that are understood, each with its factor.
_FROM_CHART: Mapping[str, tuple[frozenset[str], Mapping[str, float]]] = {
    "weight": (frozenset({"29463-7", "3141-9"}), {"kg": 1.0, "[lb_av]": 0.45359237, "lb": 0.45359237}),
    "height": (frozenset({"8302-2"}), {"cm": 1.0, "m": 100.0, "[in_i]": 2.54, "in": 2.54}),
    "creatinine": (
        frozenset({"2160-0", "14682-9", "38483-4"}),
        {"mg/dL": 1.0, "umol/L": 1 / UMOL_PER_MG, "µmol/L": 1 / UMOL_PER_MG},
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """`value` empty: it cannot be computed, and `why_not` says so."""

    name: str
    value: str
    why_not: str
    source: str


@blueprint.get("/calculators")
def form() -> str:
    """The fields as the chart has them, each with its day, and what comes of them."""
    view = opened_view(request.args.get("view"))
    values, origins = _from_chart(view)
    audit_view("smart-calculators", "shown", view)
    return _page(view, values, origins)


@blueprint.post("/calculators")
def calculate() -> str:
    """The same with the numbers that were typed; nothing of it is stored."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    values = {name: request.form.get(name, "").strip()[:20] for name in (*FIELDS, "sex")}
    audit_view("smart-calculators", "computed", view)
    return _page(view, values, {})


def results_of(values: Mapping[str, str]) -> tuple[Result, ...]:
    """Each result, or why there is none. A decimal comma is read as a point."""
    number = {name: _number(values.get(name, "")) for name in FIELDS}
    sex = values.get("sex") or None
    age, weight, height, creatinine = (number[name] for name in ("age", "weight", "height", "creatinine"))
    return (
        _result(
            "Creatinine clearance (Cockcroft-Gault)",
            "mL/min",
            "Nephron 1976;16:31-41",
            lambda: crcl(_known(creatinine), _known(age), _known(weight), sex),
        ),
        _result(
            "eGFR (CKD-EPI 2021)",
            "mL/min/1.73 m²",
            "N Engl J Med 2021;385:1737-1749",
            lambda: egfr(_known(creatinine), _known(age), sex),
        ),
        _result("Body mass index", "kg/m²", "weight over height squared", lambda: bmi(_known(weight), _known(height))),
    )


def _result(name: str, unit: str, source: str, compute: object) -> Result:
    try:
        return Result(name, f"{compute():.1f} {unit}", "", source)  # type: ignore[operator]
    except CannotCompute as error:
        return Result(name, "", str(error), source)


def _known(value: float | None) -> float:
    if value is None:
        raise CannotCompute("a number is missing or cannot be read")
    return value


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        return None


def _page(view: View, values: Mapping[str, str], origins: Mapping[str, str]) -> str:
    results = results_of(values)
    return render_template(
        "ask/calculators.html", view=view, fields=FIELDS, values=values, origins=origins, results=results
    )


def _from_chart(view: View) -> tuple[dict[str, str], dict[str, str]]:
    """Values and where each is from. What the chart lacks, or may not be read, stays empty and says so."""
    person, today = view.person or {}, datetime.fromtimestamp(wired().now(), UTC).date()
    values = {"age": _age(person.get("born", ""), today), "sex": person.get("sex", "")}
    origins = {"age": f"born {day(person['born'])}" if values["age"] else "no birth date on record"}
    reads = {category: read_measurements(view, category) for category in ("laboratory", "vital-signs")}
    series = [one for read in reads.values() for one in series_of(read.resources or ())]
    for name, (codes, units) in _FROM_CHART.items():
        found = _newest(series, codes, units)
        read = reads["laboratory" if name == "creatinine" else "vital-signs"]
        values[name] = f"{found[0]:.4g}" if found else ""
        origins[name] = f"on {day(found[1].isoformat())}" if found else read.why_not or "not in the chart"
    return values, origins


def _newest(series: list[Series], codes: frozenset[str], units: Mapping[str, float]) -> tuple[float, date] | None:
    usable = [(one.newest, units[one.unit]) for one in series if one.code in codes and one.unit in units]
    if not usable:
        return None
    point, factor = max(usable, key=lambda pair: pair[0].on)
    return point.value * factor, point.on


def _age(born: str, today: date) -> str:
    """Whole years; empty unless the whole birth date is known and lies in the past."""
    try:
        birth = date.fromisoformat(born)
    except ValueError:
        return ""
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return str(years) if years >= 0 else ""
