"""Charts for the tests of one check at a time: what is taken, what was stopped, results, problems; and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cds_service.chart import Chart
from cds_service.checks import CHECKS
from cds_service.findings import Finding, NotAssessed
from tests.charts import NOW, chart, data, knowledge, observation, person, request

TODAY = NOW.date()
UNITS = {
    "inr": ("6301-6", "{INR}"),
    "potassium": ("2823-3", "mmol/L"),
    "egfr": ("98979-8", "mL/min/1.73m2"),
    "qtc": ("8636-3", "ms"),
    "calcium": ("17861-6", "mg/dL"),
    "albumin": ("1751-7", "g/dL"),
}


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def taken(*texts: str, stopped: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """Current medications by their text, and stopped ones with the days since."""
    current = [request(text, id=f"m{number}", status="active") for number, text in enumerate(texts, 1)]
    over = [
        request(text, id=f"s{number}", status="stopped", dispenseRequest={"validityPeriod": {"end": days_ago(days)}})
        for number, (text, days) in enumerate((stopped or {}).items(), 1)
    ]
    return [*current, *over]


def case(
    order: str,
    *medications: str,
    stopped: Mapping[str, int] | None = None,
    labs: Mapping[str, float] | None = None,
    problems: tuple[str, ...] = (),
    age: int = 50,
) -> Chart:
    results = [observation(*_result(kind, value)) for kind, value in (labs or {}).items()]
    listed = [
        {"resourceType": "Condition", "id": f"c{number}", "code": {"text": text}}
        for number, text in enumerate(problems, 1)
    ]
    born = date(TODAY.year - age, 1, 1).isoformat()
    return chart(
        request(order),
        medications=data(*taken(*medications, stopped=stopped)),
        statements=data(),
        problems=data(*listed),
        labs=data(*results),
        vitals=data(),
        patient=data(person(born)),
    )


def _result(kind: str, value: float) -> tuple[str, float, str]:
    code, unit = UNITS[kind]
    return code, value, unit


def said(check: str, given: Chart) -> list[Finding]:
    return [word for word in CHECKS[check].run(given, knowledge()) if isinstance(word, Finding)]


def not_assessed(check: str, given: Chart) -> list[str]:
    return [word.reason for word in CHECKS[check].run(given, knowledge()) if isinstance(word, NotAssessed)]


def loudest(check: str, given: Chart) -> str:
    """`critical`, `warning`, `info`, `off`, or `silent`."""
    order = ("critical", "warning", "info", "off")
    return min((finding.display for finding in said(check, given)), key=order.index, default="silent")
