"""Home medications that stand only in notes: offered for the medication list.

Only notes of the last year count: what was taken before then may long be over. What a later note says was stopped is
not offered, nor what a later note's list of medications does not hold; what is ordered or given in the note is none.
A short course of an older note is over, and a drug in whose place the list has taken another is not missing: both are
named as not offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.chart import Chart, Noted
from cds_service.checks.notes.offering import HOOKS, TOPIC, Offered, newest, offers, rule_of, silent, unread
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.duplicates import duplicate_rows_for
from cds_service.knowledge.kinds.passing import is_short_course

RULE = "reconcile-medication"
LONGEST = timedelta(days=365)
# Our own judgement: the labels of `passing.csv` speak of single doses or of days to weeks, and no source says from when
# a note of such a course is history. It decides between an offer and a name under "not offered"; neither hides it.
_COURSE = timedelta(days=30)
_LONG_NAME = 30  # characters; a product named by the strengths of its parts is told by its parts
# A drug of short courses that is taken on.
_TAKEN_ON = re.compile(
    r"(?i)prophyla|prevent|suppress|chronic|long-?term|lifelong|maintenance|indefinite|recurrent|mwf|"
    r"mon\w*[/, ]+wed|(?:three|3) (?:times|days) (?:a|per) week|weekly|monthly|\bq?hs\b|nightly|at bedtime"
)
_TIMES = re.compile(r"(?i)\b(?:daily|qd|bid|tid|qid|q\d+ ?h|every|once|twice|times|hours?|prn|as needed)\b")
# Classes that people take beside each other, as needed or over the counter: one does not take another's place.
_BESIDE = frozenset({"nsaid", "antihistamine-1st", "antihistamine-2nd", "decongestant", "vitamin-d", "corticosteroid"})


@check(id="unlisted-medications", service=TOPIC, topic=TOPIC, hooks=HOOKS, needs=("notes", "medications", "statements"))
def unlisted_medications(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks in the notes of the last year for medications that this patient takes at home and that the medication list
    lacks, and offers to add each as a statement. What was stopped, given here or only planned is left out."""
    yield from unread(chart)
    said = [one for one in chart.noted if one.mention.kind == "medication"]
    listed_on = max((one.day for one in said if one.mention.listed and one.mention.says == "has"), default=date.min)
    latest = [one for _, one in newest((one.mention.drugs, one) for one in said)]
    harmed = [one for one in chart.noted if one.mention.kind == "allergy" and one.mention.says == "has"]
    stand = [one for one in latest if one.day >= listed_on and _is_current(chart, one) and not _harmed(one, harmed)]
    if not stand:
        return
    row = rule_of(knowledge, RULE)
    if row is None:
        yield silent(RULE)
    elif not chart.medications.known:
        yield NotAssessed(f"medications in notes were not compared: the medication list {chart.medications.missing}")
    else:
        missing = [one for one in stand if not _listed(chart, one)]
        over = [one for one in missing if _finished(chart, knowledge, one) or _replaced(chart, knowledge, one)]
        found = (_offered(knowledge, one) for one in missing if one not in over)
        yield from offers(chart, row, "medications", found)
        if over:
            names = ", ".join(one.mention.name for one in over)[:200]
            yield NotAssessed(f"not offered from older notes, as finished courses or replaced on the list: {names}")


def _is_current(chart: Chart, one: Noted) -> bool:
    recent = one.note.on is None or one.note.on >= chart.today - LONGEST
    return one.mention.says == "has" and recent


def _harmed(one: Noted, allergies: list[Noted]) -> bool:
    """A note of the same day or later says that the patient does not bear it: "stopped for cough"."""
    return any(other.day >= one.day and set(other.mention.drugs) & set(one.mention.drugs) for other in allergies)


def _listed(chart: Chart, one: Noted) -> bool:
    """The list has an ingredient of it, or an entry that was not recognised and says its name."""
    listed = any(medication.rxcuis & set(one.mention.drugs) for medication in chart.medications.items)
    unnamed = " ".join(medication.ref.text.lower() for medication in chart.medications.items if not medication.drugs)
    return listed or one.mention.name.lower() in unnamed


def _finished(chart: Chart, knowledge: Knowledge, one: Noted) -> bool:
    """A course that passes within weeks, of a note that is older than that, or in a list that does not say how it is
    taken: such lists keep what was once prescribed."""
    drugs = [knowledge.vocabulary.drugs[rxcui] for rxcui in one.mention.drugs]
    old = one.note.on is not None and one.note.on < chart.today - _COURSE
    bare = one.mention.listed and not _TIMES.search(one.mention.directions)
    said = f"{one.mention.directions} {one.mention.sentence[one.mention.span[1] :][:80]}"
    short = any(is_short_course(knowledge, drug) for drug in drugs)
    return (old or bare) and short and not _TAKEN_ON.search(said)


def _replaced(chart: Chart, knowledge: Knowledge, one: Noted) -> bool:
    """The list has since taken another of a class of which a patient needs one."""
    drugs = [knowledge.vocabulary.drugs[rxcui] for rxcui in one.mention.drugs]
    later = [med for med in chart.medications.items if med.on and one.note.on and med.on >= one.note.on]
    pairs = ((drug, other) for med in later for drug in drugs for other in med.drugs)
    return any(row.drug_class not in _BESIDE for pair in pairs for row in duplicate_rows_for(knowledge, *pair))


def _offered(knowledge: Knowledge, one: Noted) -> Offered:
    said = one.mention
    drugs = [knowledge.vocabulary.drugs[rxcui] for rxcui in said.drugs]
    text = f"{said.name} {said.directions}".strip()
    content = {
        "kind": "medication",
        "text": said.name,
        "rxcui": drugs[0].rxcui if len(drugs) == 1 else None,
        "display": drugs[0].name if len(drugs) == 1 else None,
        "directions": said.directions,
    }
    long = len(drugs) > 1 and len(said.name) > _LONG_NAME
    name = " + ".join(drug.name for drug in drugs) if long else said.name
    return Offered(name, text, f"Add to the medication list: {text}", said.drugs, one, content)
