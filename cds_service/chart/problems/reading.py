"""Condition -> Problem: what the patient has, had, may have.

Refuted and entered-in-error entries are left out. Inactive, in remission, resolved or abated counts as past. A status
that is not given counts as active: FHIR lets it be left out, and what may be there is not taken away.
"""

from __future__ import annotations

from datetime import date

from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.fhir_json import Resource, codes, codings, labels_of, modified, obj, reference, text
from cds_service.chart.listing import Listing
from cds_service.chart.problems.problem import Problem
from cds_service.chart.supplied import Supplied
from cds_service.facts import Origin
from cds_service.terminology.counting import counted
from cds_service.terminology.vocabulary import Vocabulary

_VOID = frozenset({"refuted", "entered-in-error"})
_TENTATIVE = frozenset({"unconfirmed", "provisional", "differential"})
_PAST = frozenset({"inactive", "remission", "resolved"})


def read_problems(supplied: Supplied, vocabulary: Vocabulary, today: date) -> Listing[Problem]:
    """Problems and diagnoses, past ones too; those of a modifier extension nobody knows here are noted, not used."""
    wanted, notes = supplied.only({"Condition"}, "problem list")
    known = [one for one in wanted.resources if not codes(one.get("verificationStatus")) & _VOID]
    usable = [one for one in known if not modified(one)]
    left_out = len(known) - len(usable)
    entries = counted(left_out, "entry with a modifier extension was", "entries with a modifier extension were")
    unread = (f"problem list: {entries} not used",) if left_out else ()
    return Listing(wanted.state, tuple(_problem(one, vocabulary, today) for one in usable), (*notes, *unread))


def _problem(resource: Resource, vocabulary: Vocabulary, today: date) -> Problem:
    concept = resource.get("code")
    labels = labels_of(concept)
    coded = tuple((system, code) for system, code, _ in codings(concept))
    meant = vocabulary.conditions.of(coded, labels)
    ended = _ended(resource)
    active = not codes(resource.get("clinicalStatus")) & _PAST and (ended is None or ended > today)
    if text(resource.get("abatementString")):
        active = False
    here = reference(resource)
    label = next(iter(labels), "problem without a name")
    return Problem(
        reference=here,
        label=label,
        origin=Origin("coded", here, label),
        codes=coded,
        conditions=meant.now if active else frozenset(),
        past_conditions=meant.past if active else meant.now | meant.past,
        active=active,
        tentative=bool(codes(resource.get("verificationStatus")) & _TENTATIVE),
        onset=day_of(resource.get("onsetDateTime")) or day_of(obj(resource.get("onsetPeriod")).get("start")),
        ended=None if active else ended,
        recorded=day_of(resource.get("recordedDate")),
    )


def _ended(resource: Resource) -> date | None:
    return last_day_of(resource.get("abatementDateTime")) or last_day_of(
        obj(resource.get("abatementPeriod")).get("end")
    )
