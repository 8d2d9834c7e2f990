"""History sorted by patient into files of a work folder: one patient's resources all lie in one partition.

Bulk exports hold one file for each type; a call needs everything of one patient. Only what fits into memory at a time
is held, and each partition is small enough for a worker. The folder is its owner's alone (mode 0700).
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cds_service.chart.fhir_json import obj, text
from cds_service.replay.history import USED, History, owner_of
from cds_service.replay.sources import Damaged, File, Found, files_of, read
from cds_service.replay.tally import Tally

Record = tuple[str, dict[str, Any]]  # where it stood, and the resource or request
_BYTES, _ZIPPED = 4_000_000, 10  # of one partition; what gzip makes of FHIR, about
_LEAST, _MOST = 8, 8192
_HELD = 32_000_000  # bytes until they are written out
MEDICATIONS = "medications.ndjson"


@dataclass(frozen=True, slots=True)
class Partition:
    """`medications`: what orders of any patient may point to; `holds`: the types that the whole history has."""

    name: str
    path: Path
    medications: Path
    holds: frozenset[str]

    def records(self) -> Iterator[Record]:
        return _read(self.path)

    def shared(self) -> dict[str, dict[str, Any]]:
        return {f"Medication/{text(one.get('id'))}": one for _, one in _read(self.medications)}


def sort_history(files: Sequence[File], folder: Path, tally: Tally) -> list[Partition]:
    """Sort what the files hold, and count it; the number of partitions depends on the files alone."""
    expected = sum(file.size * (_ZIPPED if file.path.suffix == ".gz" else 1) for file in files)
    number = min(_MOST, max(_LEAST, expected // _BYTES))
    sorter = _Sorter(folder)
    for file in files:
        tally.count("files")
        for found in read(file):
            if isinstance(found, Damaged):
                tally.count("damaged")
                tally.place(found.place, found.why)
            else:
                sorter.put(_name(found, number, tally), found)
    sorter.flush()
    return partitions_of(folder, tally)


def partitions_of(folder: Path, tally: Tally) -> list[Partition]:
    """Those of a folder that was sorted; `tally` is what was found then."""
    holds = frozenset(kind for (kind,), _ in tally.table("read"))
    return [Partition(path.stem, path, folder / MEDICATIONS, holds) for path in sorted(folder.glob("part-*.ndjson"))]


def _name(found: Found, number: int, tally: Tally) -> str:
    """The file that it belongs to; empty for what is not used."""
    value = found.value
    kind = "hook request" if found.is_request else value["resourceType"]
    patient = text(obj(value.get("context")).get("patientId")) if found.is_request else owner_of(value)
    if kind == "Medication":
        tally.count("read", kind)
        return MEDICATIONS
    if not found.is_request and (kind not in USED or not patient):
        tally.count("not used", kind)
        return ""
    tally.count("read", kind)
    place = int.from_bytes(hashlib.sha256(patient.encode()).digest()[:8], "big") % number
    return f"part-{place:05}.ndjson"


class _Sorter:
    """Lines on their way to files, which are opened only to be added to: there may be more of them than a process may
    hold open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: defaultdict[str, list[bytes]] = defaultdict(list)
        self._held = 0

    def put(self, name: str, found: Found) -> None:
        if not name:
            return
        value = found.value if found.is_request else named(found)
        line = orjson.dumps((found.place, value)) + b"\n"
        self._lines[name].append(line)
        self._held += len(line)
        if self._held > _HELD:
            self.flush()

    def flush(self) -> None:
        for name, lines in self._lines.items():
            descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.writelines(lines)
        self._lines.clear()
        self._held = 0


def _read(path: Path) -> Iterator[Record]:
    if path.exists():
        with path.open("rb") as lines:
            yield from ((place, value) for place, value in map(orjson.loads, lines))


def histories_in(folder: Path) -> Iterator[History]:
    """Every patient of a folder at once, for sets that fit into memory."""
    found = [one for file in files_of([folder]) for one in read(file) if isinstance(one, Found) and not one.is_request]
    records = [(one.place, named(one)) for one in found]
    medications = {f"Medication/{one['id']}": one for _, one in records if one["resourceType"] == "Medication"}
    used = [(place, one) for place, one in records if one["resourceType"] in USED and owner_of(one)]
    holds = {one["resourceType"] for _, one in used}
    for patient, mine in by_patient(used).items():
        yield History(patient, [one for _, one in mine], medications, holds)


def named(found: Found) -> dict[str, Any]:
    """The resource; one without an id gets one of its place."""
    if text(found.value.get("id")):
        return found.value
    return {**found.value, "id": f"unnamed-{hashlib.sha256(found.place.encode()).hexdigest()[:16]}"}


def by_patient(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records of each patient, captured requests among them, in the order in which they were read."""
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for place, value in records:
        is_request = "hook" in value
        patient = text(obj(value.get("context")).get("patientId")) if is_request else owner_of(value)
        found[patient].append((place, value))
    return dict(sorted(found.items()))
