"""The patient's values and lists as a `Chart` of the service: calculators here use what the rules would use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cds_service.chart import Chart, Supplied, build_chart
from cds_service.hooks import Context
from smart_app.chart.reads import Read, read_measurements, read_medications, read_problems
from smart_app.sessions.views import View
from smart_app.wiring import wired

_KEYS = {"labs": "laboratory", "vitals": "vital-signs"}
_WORDS = {"labs": "results", "vitals": "vital signs", "medications": "medication list", "problems": "problem list"}


@dataclass(frozen=True, slots=True)
class Charted:
    """`why_not`: what could not be read, each with the reason in a sentence; empty when all was."""

    chart: Chart
    why_not: str


def chart_of(view: View, *, lists: bool = False) -> Charted:
    """Read now from the EHR: results, vital signs, and the birth date and sex of the launch's patient; with `lists` the
    medication and the problem list too."""
    reads = {key: read_measurements(view, category) for key, category in _KEYS.items()}
    if lists:
        reads |= {"medications": read_medications(view), "problems": read_problems(view)}
    person = view.person or {}
    patient = {
        "resourceType": "Patient",
        "id": view.patient,
        "birthDate": person.get("born"),
        "gender": person.get("sex"),
    }
    supplied = {"patient": Supplied("data", (patient,)), **{key: _supplied(read) for key, read in reads.items()}}
    now = datetime.fromtimestamp(wired().now(), UTC)
    chart = build_chart(Context(patient_id=view.patient), supplied, wired().vocabulary, now, view.configuration.iss)
    return Charted(chart, _why_not(reads))


def _why_not(reads: Mapping[str, Read]) -> str:
    """One sentence for each reason, after the names of what it kept from being read."""
    reasons = dict.fromkeys(read.why_not for read in reads.values() if read.why_not)
    named = {why: [_WORDS[key] for key, read in reads.items() if read.why_not == why] for why in reasons}
    return " ".join(f"Not read: {', '.join(names)}. {why}" for why, names in named.items())


def _supplied(read: Read) -> Supplied:
    if read.resources is None:
        return Supplied("failed", note=read.why_not)
    return Supplied("data", read.resources, complete=not read.more) if read.resources else Supplied("empty")
