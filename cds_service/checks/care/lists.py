"""A proof that lies in a list of the present: what is taken, and what stands on the problem list."""

from __future__ import annotations

from cds_service.checks.care.looked import Looked
from cds_service.checks.care.subject import Subject
from cds_service.knowledge.kinds.conditions import Condition
from cds_service.terminology.counting import counted


def taking(subject: Subject, key: str) -> Looked:
    medications, label = subject.chart.medications, subject.knowledge.names.label(key)
    medication = subject.taken.get(key)
    if medication and not medication.origin.is_read:
        return Looked("met", medication.ref.text[:60], (medication.fact("Current medication"),))
    if not medications.known:
        return Looked("unknown", f"the medication list {medications.missing}")
    if medication:
        fact = medication.fact("Current medication")
        return Looked("unknown", f"{label} was only read from text, and nobody has confirmed it", (fact,))
    current = [one for one in medications.items if one.ended is None]
    strange = [one for one in current if not one.drugs]
    if strange or medications.notes:
        were = f"{counted(len(strange), 'medication was', 'medications were')} not recognised"
        return Looked("unknown", were if strange else medications.notes[0])
    count = counted(len(current), "medication")
    return Looked("unmet", f"no {label} among {count}" if current else "no medication on the list")


def on_problem_list(subject: Subject, key: str) -> Looked:
    problems, problem = subject.chart.problems, subject.problems.get(key)
    if problem and not problem.tentative and not problem.origin.is_read:
        return Looked("met", problem.label[:60], (problem.fact(),))
    if not problems.known:
        return Looked("unknown", f"the problem list {problems.missing}")
    label = subject.knowledge.keyed(Condition)[key.removeprefix("past:")].label
    return Looked("unmet", f"{label} is not on the problem list")
