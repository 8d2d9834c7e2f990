"""The state of a checklist item: met, unmet, not known, or recorded as declined, contraindicated or immune.

Only what is coded, dated and inside the window proves that something was done. A list that did not come, goes on, or
holds an entry that may be the proof and cannot be used leaves it unknown; so does a proof that may stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from cds_service.chart.care.done import Done
from cds_service.checks.care.fitting import Fitting
from cds_service.checks.care.lists import on_problem_list, taking
from cds_service.checks.care.looked import Looked, facts_of, reasons, together
from cds_service.checks.care.records import in_records
from cds_service.checks.care.subject import Subject
from cds_service.knowledge.kinds.care_items import GROUP, CareItem
from cds_service.knowledge.proofs import Proof

# After which somebody may ask again. Measures of the US government count a refusal for one period of measurement, a
# year, and ask anew in the next (denominator exceptions, for one of CMS147, influenza immunization).
_DECLINED_FOR = timedelta(days=365)


def look(subject: Subject, fits: Fitting) -> Looked:
    """The state of an item that fits."""
    row = fits.row
    looked = [together([_part(subject, part) for part in parts]) for parts in row.proof]
    met = next((one for one in looked if one.state == "met"), None)
    if met:
        return met
    aside = _set_aside(subject, row, [entry for one in looked for entry in one.found])
    if aside:
        return aside
    if fits.doubt:
        return Looked("unknown", fits.doubt)
    unknown = next((one for one in looked if one.state == "unknown"), None)
    said = unknown or Looked("unmet", reasons(looked), facts_of(looked), lacking=looked[0].lacking)
    if said.state == "unknown":
        return said
    if row.elsewhere:
        return Looked("unknown", f"{said.why}; it may stand in {row.elsewhere}, which are not read", said.facts)
    if row.unless and not subject.chart.problems.known:
        return Looked("unknown", "the problem list is not known, which may say that it is pointless", said.facts)
    return said


def _part(subject: Subject, part: Proof) -> Looked:
    if part.kind == "taking":
        return taking(subject, part.key)
    if part.kind == "problem":
        return on_problem_list(subject, part.key)
    assert part.window is not None  # the loader requires it
    return in_records(subject, part, part.window)


def _set_aside(subject: Subject, row: CareItem, found: Sequence[Done]) -> Looked | None:
    """An allergy against it, or the newest entry says why it was not done."""
    for allergy in subject.chart.allergies.items:
        keys = {key for drug in allergy.drugs for key in subject.knowledge.names.keys_of(drug.rxcui)}
        keys |= {GROUP + group for group in allergy.groups}
        if not keys.isdisjoint(row.allergens):
            kind = "intolerance" if allergy.is_intolerance else "allergy"
            return Looked("contraindicated", f"recorded {kind}: {allergy.label[:60]}", (allergy.fact(),))
    dated = [one for one in found if one.on and not one.problem]
    newest = max(dated, key=lambda one: one.on or date.min, default=None)
    state = _recorded(newest, subject.chart.today) if newest else None
    if newest is None or state is None:
        return None
    reason = f": {newest.why}" if newest.why else ""
    return Looked(state, f"{newest.label[:60]} not done on {newest.on}{reason}", (newest.fact(newest.why or None),))


def _recorded(entry: Done, today: date) -> Literal["declined", "contraindicated", "immune"] | None:
    """A refusal of long ago is none any more; the other reasons stay."""
    if entry.refused == "declined":
        return "declined" if entry.on and entry.on >= today - _DECLINED_FOR else None
    if entry.refused in ("contraindicated", "immune"):
        return "contraindicated" if entry.refused == "contraindicated" else "immune"
    return None
