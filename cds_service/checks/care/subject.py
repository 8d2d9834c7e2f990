"""The patient as the rows of the checklist ask for them: age, pregnancy, problems, what is taken, results."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.motherhood import Pregnancy, pregnancy
from cds_service.chart.patient.physiology import PAST, Age, age_of
from cds_service.chart.problems.problem import Problem
from cds_service.checks.matching.measured import measured
from cds_service.facts import Fact
from cds_service.knowledge import Knowledge
from cds_service.knowledge.conditions import Limit


@dataclass(frozen=True)
class Subject:
    """The patient as rows ask for them, each answer found once for all rows of a call."""

    chart: Chart
    knowledge: Knowledge
    _results: dict[Limit, tuple[bool, tuple[Fact, ...]]] = field(default_factory=dict, repr=False)

    @cached_property
    def age(self) -> Age | None:
        return age_of(self.chart)

    @cached_property
    def pregnancy(self) -> Pregnancy:
        return pregnancy(self.chart)

    @cached_property
    def problems(self) -> dict[str, Problem]:
        """By key of conditions.csv; `past:KEY` has what was, and what is."""
        found: dict[str, Problem] = {}
        for problem in self.chart.problems.items:
            for key in problem.conditions:
                found.setdefault(key, problem)
                found.setdefault(PAST + key, problem)
            for key in problem.past_conditions:
                found.setdefault(PAST + key, problem)
        return found

    @cached_property
    def taken(self) -> dict[str, Medication]:
        """By RxCUI and `class:KEY` of what is taken today; what is coded before what was read."""
        found: dict[str, Medication] = {}
        current = [one for one in self.chart.medications.items if one.ended is None]
        for medication in sorted(current, key=lambda one: one.origin.is_read):
            for drug in medication.drugs:
                for key in self.knowledge.names.keys_of(drug.rxcui):
                    found.setdefault(key, medication)
        return found

    def measured(self, limit: Limit) -> tuple[bool, tuple[Fact, ...]]:
        """Whether the limit holds, and the facts that say so."""
        if limit not in self._results:
            self._results[limit] = measured(self.chart, limit, limit.days or 0)
        return self._results[limit]
