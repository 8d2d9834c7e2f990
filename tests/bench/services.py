"""What a call of each service costs through the real server, beside medication-safety's in the same run.

    python -m tests.bench.services

One worker of gunicorn without authentication, calls one after the other over one connection. A ratio within one run
says more than a figure of a shared machine.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.bench.calls import SUBJECTS, Resource
from tests.bench.hook import WALL_BUDGET_MS, cpu_ms
from tests.bench.note_cost import long_note
from tests.hook_calls import active, bundle, chart, creatinine, discharge, note, patient_view, person, problem
from tests.running_service import RunningService, migrated, under_gunicorn

CALLS = 60
NOTES = 5
CODED = next(iter(SUBJECTS.values()))


def _notes(number: int, size: int, count: int, new: bool) -> Resource:
    """`count` notes of `size` characters; new ones have been read by nobody."""
    texts = (f"Visit {number if new else 0}, {at}.\n{long_note(size)}" for at in range(count))
    return patient_view(*(note(text, at) for at, text in enumerate(texts, 1)))


def _checklist(number: int) -> Resource:
    """20 kB: forty results under several codes, immunizations, problems and medications of a woman of 66."""
    results = [
        {**creatinine(0.8 + at / 100, on=f"@now-{12 + 9 * at}d"), "id": f"lab-{number}-{at}"} for at in range(40)
    ]
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "187"}]}
    vaccine = {"resourceType": "Immunization", "id": "v", "status": "completed", "vaccineCode": coded}
    lists = {
        "patient": person(birthDate="@today-66y"),
        "labs": bundle(*results),
        "immunizations": bundle({**vaccine, "occurrenceDateTime": "2026-01-10"}),
        "procedures": bundle(),
        "screenings": bundle(),
        "social": bundle(),
        "problems": bundle(
            problem("Type 2 diabetes"), problem("Hypertension", 2), problem("Chronic kidney disease", 3)
        ),
        "medications": bundle(active("metformin 500 mg bid"), active("lisinopril 10 mg daily", 2)),
    }
    call = patient_view(prefetch=chart(**lists))
    return {**call, "prefetch": {key: value for key, value in call["prefetch"].items() if key != "notes"}}


def _discharge(number: int) -> Resource:
    """Twenty orders of a stay and of the time before it, ten of them active."""
    names = ("apixaban", "furosemide", "lisinopril", "metformin", "atorvastatin", "sertraline", "digoxin", "gabapentin")
    orders = [
        {
            **active(f"{names[at % 8]} {at + 1} mg", number * 100 + at, authoredOn=f"@now-{1 if at < 10 else 100}d"),
            "dosageInstruction": [{"text": "Take 1 tablet by mouth twice daily"}],
            "status": "active" if at < 10 else "completed",
        }
        for at in range(20)
    ]
    lists = {"medications": bundle(*orders[:10]), "problems": bundle(problem("Atrial fibrillation"))}
    call = discharge(**lists)
    return {**call, "prefetch": {**call["prefetch"], "order_history": bundle(*orders)}}


CASES: dict[str, tuple[str, Callable[[int], Resource]]] = {
    "medication-safety, coded order": ("medication-safety", CODED),
    "companion-orders, coded order": ("companion-orders", CODED),
    "order-completion, coded order": ("order-completion", CODED),
    f"chart-reconciliation, {NOTES} notes of 2 kB read before": (
        "chart-reconciliation",
        lambda number: _notes(number, 2_000, NOTES, new=False),
    ),
    f"chart-reconciliation, {NOTES} new notes of 2 kB": (
        "chart-reconciliation",
        lambda number: _notes(number, 2_000, NOTES, new=True),
    ),
    "chart-reconciliation, one new note of 20 kB": (
        "chart-reconciliation",
        lambda number: _notes(number, 20_000, 1, new=True),
    ),
    "care-checklist, a chart of 20 kB": ("care-checklist", _checklist),
    "discharge-instructions, ten medicines": ("discharge-instructions", _discharge),
}


@dataclass(frozen=True)
class Figures:
    """Milliseconds; `cpu` of all processes of the service for one call."""

    p50: float
    p99: float
    cpu: float
    cards: int


def main() -> None:
    print(f"{'milliseconds':<58}{'p50':>8}{'p99':>8}{'CPU':>8}{'ratio':>8}{'cards':>7}")
    first = 0.0
    with (
        tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder,
        under_gunicorn(migrated(Path(folder), CLIENT_AUTH="off")) as service,
    ):
        for name, (service_id, make) in CASES.items():
            found = _measured(service, service_id, make)
            first = first or found.cpu
            within = "" if found.p99 <= WALL_BUDGET_MS else f"  OVER {WALL_BUDGET_MS:.0f} ms"
            cells = f"{found.p50:8.1f}{found.p99:8.1f}{found.cpu:8.2f}{found.cpu / first:8.2f}{found.cards:7}"
            print(f"{name:<58}{cells}{within}", flush=True)


def _measured(service: RunningService, service_id: str, make: Callable[[int], Resource]) -> Figures:
    with closing(requests.Session()) as session:
        session.trust_env = False

        def posted(number: int) -> requests.Response:
            body = json.dumps(make(number)).encode()
            url = f"{service.url}/cds-services/{service_id}"
            answer = session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=15)
            assert answer.status_code == 200, answer.text
            return answer

        cards = [len(posted(number).json()["cards"]) for number in range(10)][-1]
        used = cpu_ms(service)
        times = sorted(posted(number).elapsed.total_seconds() * 1000 for number in range(10, 10 + CALLS))
        cpu = (cpu_ms(service) - used) / CALLS
    return Figures(statistics.median(times), times[int(len(times) * 0.99)], cpu, cards)


if __name__ == "__main__":
    main()
