"""What became of a medicine -> what the patient is told of it, in plain words, each from an order, a row or a problem.

What nobody recorded is left out or asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from cds_service.chart import Chart, Medication
from cds_service.chart.fhir_json import label_of, objects
from cds_service.chart.medications.dosing import dosages_of
from cds_service.chart.medications.stay import Course
from cds_service.checks.discharge.changes import Change
from cds_service.checks.discharge.taking import how_taken
from cds_service.checks.matching.companions import Wanted, wanted_tests
from cds_service.facts import Fact
from cds_service.findings import Medicine
from cds_service.knowledge import Knowledge
from cds_service.knowledge.fitting import Entry, fits
from cds_service.knowledge.kinds.discharge_words import DischargeWords, discharge_words_of
from cds_service.knowledge.kinds.indications import TreatedProblem
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.routes import LOCAL_ROUTES

_LONGEST_NAME = 40


def medicine_of(chart: Chart, knowledge: Knowledge, change: Change) -> Medicine:
    """One line of the discharge: what is said of it is cited, its facts are the entries that it was told from."""
    drug = change.course.medication
    rows = tuple(_rows(knowledge, drug))
    line = Medicine(
        state=change.state,
        name=_name(drug),
        written=drug.ref.text,
        product=_product(drug),
        also=tuple(_also(change)),
        lay=next((row.lay for row in rows), "") if len(drug.drugs) == 1 else "",
        change=_changed(change),
        before=tuple(_before(one) for one in change.before),
        questions=change.questions,
        facts=tuple(dict.fromkeys(_facts(change))),
    )
    if not line.taken:
        return line
    how, use, wanted = how_taken(drug), _use(chart, knowledge, drug), due_tests(chart, knowledge, change)
    return replace(
        line,
        how=how.words,
        as_written=how.as_written,
        questions=(*line.questions, *how.questions),
        use=use[0],
        watch=tuple(one for row in rows for one in row.watch),
        help=tuple(one for row in rows for one in row.help),
        due=tuple(_due(chart, knowledge, wanted)),
        cites=tuple(dict.fromkeys((*use[1], *(row.id for row in rows), *(one.row.id for one in wanted)))),
    )


def due_tests(chart: Chart, knowledge: Knowledge, change: Change) -> list[Wanted]:
    """Tests that the medicine calls for and the chart lacks; a new one is looked at as if it were not yet taken."""
    order = change.course.medication
    others = tuple(one for one in chart.medications.items if one.ref.reference != order.ref.reference)
    begun = change.state in ("new", "ordered", "unsure")
    seen = replace(chart, medications=replace(chart.medications, items=others)) if begun else chart
    return [one for one in wanted_tests(seen, knowledge, order) if one.tests]


def _due(chart: Chart, knowledge: Knowledge, wanted: Sequence[Wanted]) -> Iterator[str]:
    """Each test once, at its earliest day."""
    days: dict[str, int] = {}
    for key, due in (test for one in wanted for test in one.tests or ()):
        days[key] = min(due, days.get(key, due))
    for key, due in sorted(days.items(), key=lambda pair: pair[1]):
        label = knowledge.keyed(Monitor)[key].label
        day = chart.today + timedelta(days=due)
        when = f"by {day.day} {day:%B %Y}" if due else "before you go home, or soon after"
        yield f"{label[:1].upper()}{label[1:]}: {when}"


def _rows(knowledge: Knowledge, drug: Medication) -> Iterator[DischargeWords]:
    for one in drug.drugs:
        for row in discharge_words_of(knowledge, one):
            local = drug.routes & LOCAL_ROUTES
            if drug.routes & row.routes if row.routes else not local:
                yield row


def _use(chart: Chart, knowledge: Knowledge, drug: Medication) -> tuple[str, tuple[str, ...]]:
    """What it is for, and the row that says so: as the order states it, else a listed problem that it is labelled for.
    Where several problems fit nobody knows which is meant, and nothing is said."""
    stated = [label_of(one) for one in objects(drug.resource.get("reasonCode"))]
    if reason := next(filter(None, stated), ""):
        return reason[:80], ()
    problems = [one for one in chart.problems.items if one.active and not one.tentative]
    found = fits(knowledge, drug.drugs, [Entry(one.label, one.codes) for one in problems], drug.routes)
    labelled = {fit.key: fit.row.id for fit in found if fit.row.basis == "label"}
    if len(labelled) != 1:
        return "", ()
    ((key, row),) = labelled.items()
    return knowledge.keyed(TreatedProblem)[key].label, (row,)


def _name(drug: Medication) -> str:
    """ "Apixaban (Eliquis)": the ingredient, and the name by which the order calls it."""
    if not drug.drugs:
        return (drug.origin.text or drug.ref.text)[:80]
    plain = " and ".join(one.name for one in drug.drugs)
    called = _called(drug)
    if called.lower().startswith(plain.lower()) and len(called) <= _LONGEST_NAME:
        return called[:1].upper() + called[1:]
    brand = _brand(drug)
    shown = plain[:1].upper() + plain[1:]
    return f"{shown} ({brand})" if brand else shown


def _called(drug: Medication) -> str:
    """How its words name it."""
    return (drug.origin.text or "")[slice(*drug.origin.span)].strip() if drug.origin.span else ""


def _brand(drug: Medication) -> str:
    """Another name than that of its ingredients."""
    plain, called = " ".join(one.name for one in drug.drugs).lower(), _called(drug)
    known = all(word in plain for word in called.lower().replace("/", " ").replace("-", " ").split())
    return "" if known or len(called) > _LONGEST_NAME else called


def _product(drug: Medication) -> str:
    """ "2.5 mg tablet": what its words say beside the name. Without directions apart they hold those too."""
    typed, span = drug.origin.text or "", drug.origin.span
    if not span or not drug.drugs or not dosages_of(drug.resource):
        return ""
    return (typed[span[1] :] if not typed[: span[0]].strip() else typed).strip(" ,;:-")[:_LONGEST_NAME]


def _also(change: Change) -> Iterator[str]:
    """Brands that the patient may have at home, and may take beside it without knowing that it is the same."""
    now = change.course.medication
    brands = {_brand(one.medication).lower(): _brand(one.medication) for one in change.before}
    yield from (shown for brand, shown in brands.items() if brand and brand != _brand(now).lower())


def _changed(change: Change) -> str:
    """For the patient: what was before, in plain words where they were read."""
    if change.state == "stopped":
        return change.course.why
    if change.state != "changed" or not change.before:
        return ""
    before = change.before[0].medication
    how, product = how_taken(before), _product(before)
    if not how.words:
        return before.ref.text
    return f"{_name(before)} {product}: {how.words}" if product else how.words


def _before(one: Course) -> str:
    day = one.on or one.medication.on
    kind = "order" if one.kind == "order" else "home list"
    when = f" of {day.isoformat()}" if day else ""
    return f"{one.medication.ref.text} ({kind}{when}, {one.status or 'status not recorded'})"


def _facts(change: Change) -> Iterator[Fact]:
    for one in (change.course, *change.before):
        label = "Order" if one.kind == "order" else "Home list"
        day = one.on or one.medication.on
        setting = f", {one.setting}" if one.setting else ""
        ended = f", until {one.ended.isoformat()}" if one.ended else ""
        changed = f", last changed {one.touched.isoformat()}" if one.touched and not one.ended else ""
        note = f"{one.status or 'status not recorded'}{setting}{ended}{changed}"
        yield Fact(label, one.medication.ref.text, one.medication.origin, day, note)
