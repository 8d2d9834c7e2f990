"""What the medication list adds up to: morphine equivalents and anticholinergic burden, and what is not in the sum.

A drug that is not counted is named with the reason: no factor, no score and an unknown dose are not nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from cds_service.chart.medications.medication import Medication
from cds_service.chart.model import Chart
from cds_service.chart.patient.opioids import Opioid, opioid_in
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.tools.anticholinergic_burden import RELEVANT, SCORES, burden
from cds_service.tools.morphine_equivalents import FACTORS

OPIOID = "class:opioid"
MME, BURDEN = "Morphine equivalents (MME)", "Anticholinergic burden"


@dataclass(frozen=True, slots=True)
class Load:
    """`total` is None when it is not known, and `why_not` says so. `counted`: "oxycodone 60 (40 mg a day x 1.5)".

    `uncounted`: drugs that are not in the sum, with the reason: the total is then "at least" so much.
    """

    name: str
    unit: str
    total: float | None
    words: str
    source: str
    counted: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def shown(self) -> str:
        """The total with its unit; empty when it is not known."""
        if self.total is None:
            return ""
        return f"{'at least ' if self.uncounted else ''}{self.total:.3g} {self.unit}"


def loads_of(chart: Chart, keys_of: Callable[[str], Collection[str]]) -> tuple[Load, Load]:
    """Morphine equivalents and anticholinergic burden. `keys_of`: an ingredient's RxCUI -> its keys."""
    taken = tuple(one for one in chart.medications.items if not one.ended)
    unread = tuple(f"{one.ref.text} (not recognised)" for one in taken if not one.drugs)
    why_not = "" if chart.medications.known else f"medication list {chart.medications.missing}"
    notes = (*unread, *chart.medications.notes)
    return _morphine(taken, keys_of, notes, why_not), _anticholinergic(taken, notes, why_not)


def _morphine(
    taken: Collection[Medication],
    keys_of: Callable[[str], Collection[str]],
    unread: tuple[str, ...],
    why_not: str,
) -> Load:
    words, source = "each opioid's mg a day × its factor; not for changing one into another", "CDC 2022, RR-3:1-95"
    found = [(one, opioid_in(one, lambda drug: OPIOID in keys_of(drug.rxcui))) for one in taken]
    opioids = [opioid for _, opioid in found if opioid]
    counted = tuple(f"{one.name} {one.mme:.3g} ({one.counted})" for one in opioids if one.mme is not None)
    uncounted = tuple(f"{one.name} ({_why(one)})" for one in opioids if one.mme is None)
    injected = tuple(
        f"{drug.name} (injection)"
        for one, opioid in found
        for drug in one.drugs
        if opioid is None and OPIOID in keys_of(drug.rxcui)
    )
    total = float(sum(one.mme for one in opioids if one.mme is not None))
    everything = (*uncounted, *injected, *unread)
    return _load(Load(MME, "MME a day", total, words, source, counted, everything, why_not))


def _load(load: Load) -> Load:
    """Without a total where nothing was counted although there is something: that is no sum of 0."""
    if not load.why_not and load.uncounted and not load.counted:
        load = replace(load, why_not="nothing on the medication list can be counted")
    return replace(load, total=None) if load.why_not else load


def _why(opioid: Opioid) -> str:
    if opioid.name not in FACTORS and not opioid.patch:
        return "no factor"
    if opioid.patch:
        return "rate not known" if opioid.name == "fentanyl" else "no factor"
    return "dose not known"


def _anticholinergic(taken: Collection[Medication], unread: tuple[str, ...], why_not: str) -> Load:
    words = f"sum of the drugs' scores, 1 to 3 each; {RELEVANT} or more is called clinically relevant"
    local = tuple(one for one in taken if one.routes and one.routes <= LOCAL_ROUTES)
    names = tuple(dict.fromkeys(_names(one for one in taken if one not in local)))
    counted = tuple(f"{name} {SCORES[name]}" for name in names if name in SCORES)
    uncounted = tuple(f"{name} (not on the scale)" for name in names if name not in SCORES)
    given_locally = tuple(f"{name} (given locally)" for name in dict.fromkeys(_names(local)))
    source, everything = "Aging Health 2008;4:311-320, update of 2012", (*uncounted, *given_locally, *unread)
    return _load(Load(BURDEN, "points", float(burden(names)), words, source, counted, everything, why_not))


def _names(taken: Iterable[Medication]) -> Iterator[str]:
    return (drug.name for medication in taken for drug in medication.drugs)
