"""The folder that a replay leaves: `exact/` for those who look after the service, `share/` for all others, `cost.json`,
and the sample for two reviewers when it was asked for. Readable for its owner alone, until somebody decides otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from cds_service.governance.exporting import written_to
from cds_service.governance.writing import write_csv
from cds_service.replay.report import Report
from cds_service.replay.sampling import COLUMNS
from cds_service.replay.sharing import shareable
from cds_service.replay.summary import summary_of
from cds_service.replay.tally import Tally

SAMPLE = "sample-PATIENT-DATA.csv"
_TABLES: dict[str, tuple[str, ...]] = {
    "topics": ("service", "hook", "topic", "critical", "warning", "info", "cards", "per_100_calls"),
    "rules": (
        *("rule", "title", "table", "service", "topic", "harm", "display", "cards", "critical", "warning", "info"),
        *("patients", "orders_of_its_drugs"),
    ),
    "drugs": ("drug", "rxcui", "orders", "cards", "coverage", "not_covered"),
    "not_recognised": ("words", "orders"),
    "not_assessed": ("service", "topic", "reason", "times"),
    "months": ("month", "orders", "cards", "interrupting"),
    "compared": ("change", "service", "topic", "rule", "before", "after", "concerns"),
}
_SHARED_RULES = (*_TABLES["rules"][:8], "patients", "its_drugs_were_ordered")


def write_folder(folder: Path, report: Report, cost: Report, tally: Tally, with_sample: bool) -> list[str]:
    """Write everything into an empty folder; the names of what was written, relative to it."""
    written = [*_report(folder, "share", shareable(report)), *_report(folder, "exact", report)]
    with written_to(folder / "cost.json") as out:
        out.write(_json(cost))
    written.append("cost.json")
    if with_sample:
        with written_to(folder / SAMPLE) as out:
            write_csv(out, COLUMNS, sample_rows(tally))
        written.append(SAMPLE)
    return written


def sample_rows(tally: Tally) -> Iterable[dict[str, Any]]:
    """Class by class, in the order of chance."""
    return (row for kind in sorted(tally.sampled) for _, row in tally.sampled[kind])


def _report(folder: Path, name: str, report: Report) -> list[str]:
    (folder / name).mkdir(mode=0o700)
    files = {"report.json": _json(report), "summary.md": summary_of(report)}
    for file, text in files.items():
        with written_to(folder / name / file) as out:
            out.write(text)
    tables = [table for table in _TABLES if report[table]]
    for table in tables:
        with written_to(folder / name / f"{table}.csv") as out:
            write_csv(out, _columns(table, report), ({**row, **_flat(row)} for row in report[table]))
    return [f"{name}/{file}" for file in (*files, *(f"{table}.csv" for table in tables))]


def _columns(table: str, report: Report) -> Sequence[str]:
    return _SHARED_RULES if table == "rules" and "small_numbers" in report else _TABLES[table]


def _flat(row: Report) -> Report:
    return {name: " ".join(value) for name, value in row.items() if isinstance(value, list)}


def _json(value: Report) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
