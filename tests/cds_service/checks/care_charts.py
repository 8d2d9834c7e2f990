"""Charts and rows for the tests of the care checklist. The day is 23 November 2026; the patient is p1."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from cds_service.chart import Chart, Supplied, build_chart
from cds_service.checks.care.fitting import Fitting, fitting
from cds_service.checks.care.looked import Looked
from cds_service.checks.care.proof import look
from cds_service.checks.care.subject import Subject
from cds_service.checks.care_checklist import care_checklist
from cds_service.findings import Finding, NotAssessed
from cds_service.hooks import HOOKS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.cells import read_rows
from cds_service.knowledge.kinds.care_items import CareItem
from cds_service.knowledge.rows import Context
from tests.charts import LOINC, NOW, SERVER, SNOMED, concept, data, knowledge, person

Resource = dict[str, Any]
CVX = "http://hl7.org/fhir/sid/cvx"
HEADER = (
    "id,age_from,age_below,sex,conditions,and_conditions,drugs,pregnancy,measured,unless,unless_drugs,unless_done,"
    "months,hooks,proof,elsewhere,allergens,order,order_display,order_text,strength,harm,display,summary,management,"
    "source,locator,supports,review"
)
COLUMNS = HEADER.split(",")
CITED = {"source": "loinc", "locator": "here", "supports": "It says so.", "review": "unreviewed"}
PLAIN = {"pregnancy": "any", "proof": "test:hba1c@6m", "strength": "B", "harm": "minor", "display": "info", **CITED}
EVERY_LIST = (
    "labs",
    "vitals",
    "screenings",
    "social",
    "immunizations",
    "procedures",
    "problems",
    "medications",
    "allergies",
)


def row(id: str = "care-x", summary: str = "Do it", **cells: str) -> str:
    given = {**PLAIN, "id": id, "summary": summary, **cells}
    return ",".join(f'"{given.get(column, "")}"' for column in COLUMNS)


@cache
def knowledge_of(*rows: str) -> Knowledge:
    """The shipped tables with these items alone; only they are read anew, which takes a thousandth of the time."""
    shipped, tables = knowledge(), {CareItem.table: "\n".join((HEADER, *rows)) + "\n"}
    cells = read_rows(tables, CareItem.table, ("id",))
    items = tuple(CareItem.read(one, Context(shipped.names, tables)) for one in cells)
    mine = replace(shipped, rows={**shipped.rows, CareItem.table: items})
    CareItem.check(mine)
    return mine


def chart_of(hook: str = "patient-view", *, who: Resource | None = None, **supplied: Supplied) -> Chart:
    """Every list is known to be empty where nothing is handed in."""
    given = {key: data() for key in EVERY_LIST} | {"patient": data(who or person())} | supplied
    lists = {"appointments": {"resourceType": "Bundle", "type": "collection"}}
    context = {"userId": "Practitioner/u1", "patientId": "p1", "encounterId": "e1", **lists}
    vocabulary = knowledge().vocabulary
    return build_chart(HOOKS[hook].parse(context), given, vocabulary, NOW, SERVER)


def looked(chart: Chart, *rows: str) -> dict[str, Looked]:
    """The state of each item that fits, by its id."""
    subject = Subject(chart, knowledge_of(*rows))
    return {one.row.id: look(subject, one) for one in fitting(subject) if isinstance(one, Fitting)}


def state(chart: Chart, **cells: str) -> str:
    """The state of one item, or "-" where it does not fit."""
    found = looked(chart, row(**cells))
    return found["care-x"].state if found else "-"


def said(chart: Chart, *rows: str) -> tuple[list[Finding], list[NotAssessed]]:
    every = list(care_checklist(chart, knowledge_of(*rows)))
    findings = [one for one in every if isinstance(one, Finding)]
    return findings, [one for one in every if isinstance(one, NotAssessed)]


def vaccine(code: str, on: object = "2026-10-01", status: str = "completed", **members: Any) -> Resource:
    given = {"resourceType": "Immunization", "id": f"i-{code}-{on}", "status": status, "occurrenceDateTime": on}
    return {**given, "vaccineCode": concept(None, (CVX, code)), "patient": {"reference": "Patient/p1"}, **members}


def procedure(code: str | None, on: object = "2026-01-01", text: str | None = None, **members: Any) -> Resource:
    coded = concept(text, *([(SNOMED, code)] if code else []))
    given = {"resourceType": "Procedure", "id": f"pr-{code}-{on}", "status": "completed", "code": coded}
    return {**given, "subject": {"reference": "Patient/p1"}, "performedDateTime": on, **members}


def survey(code: str, on: object = "2026-06-01", **members: Any) -> Resource:
    given = {"resourceType": "Observation", "id": f"su-{code}", "status": "final", "code": concept(None, (LOINC, code))}
    return {**given, "effectiveDateTime": on, "valueCodeableConcept": {"text": "Never smoker"}, **members}


def condition(text: str, **members: Any) -> Resource:
    return {"resourceType": "Condition", "id": f"c-{text}", "code": {"text": text}, **members}


def taking(text: str) -> Resource:
    drug = {"medicationCodeableConcept": {"text": text}}
    return {"resourceType": "MedicationRequest", "id": f"m-{text}", "status": "active", "intent": "order", **drug}
