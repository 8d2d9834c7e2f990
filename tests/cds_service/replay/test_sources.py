"""What is read from folders of history, and how damage is named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from cds_service.replay.sources import Damaged, Found, files_of, read
from tests.cds_service.replay.histories import order, patient


def found_in(folder: Path) -> list[Found | Damaged]:
    return [one for file in files_of([folder]) for one in read(file)]


def test_damage_is_named_by_file_and_line_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [json.dumps(patient()), "{'not': json", "[]", "", json.dumps(order("m1", "a", "2020-01-01"))]
    (tmp_path / "mixed.ndjson").write_text("\n".join(lines), "utf-8")
    found = found_in(tmp_path)
    assert [one.place for one in found if isinstance(one, Found)] == ["mixed.ndjson:1", "mixed.ndjson:5"]
    damage = [one for one in found if isinstance(one, Damaged)]
    assert [one.place for one in damage] == ["mixed.ndjson:2", "mixed.ndjson:3"]
    assert damage[1].why == "neither a FHIR resource nor a hook request"
    assert not any("not" in one.why.split() and "json" in one.why.split() for one in damage), "nothing is quoted"


def test_a_gzip_file_that_breaks_off_is_damaged_from_there_on(tmp_path: Path) -> None:
    lines = "".join(json.dumps(order(f"m{n}", f"drug {n}", "2020-01-01")) + "\n" for n in range(5000))
    whole = gzip.compress(lines.encode())
    (tmp_path / "broken.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no-gzip.json.gz").write_bytes(b"{}")
    broken = [one for one in found_in(tmp_path) if isinstance(one, Damaged)]
    assert [one.place.partition(":")[0] for one in broken] == ["broken.ndjson.gz", "no-gzip.json.gz"]
    assert int(broken[0].place.partition(":")[2]) > 100


def test_only_history_is_read_and_a_file_may_be_named_itself(tmp_path: Path) -> None:
    (tmp_path / "LICENSE.txt").write_text("words")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.json").write_text(json.dumps(patient()))
    assert [file.name for file in files_of([tmp_path])] == ["deep/one.json"]
    assert [file.name for file in files_of([tmp_path / "deep" / "one.json"])] == ["one.json"]


def test_entries_point_to_each_other_by_type_and_id(tmp_path: Path) -> None:
    created = order("m1", "a", "2020-01-01")
    created["subject"] = {"reference": "urn:uuid:7"}
    created["reasonReference"] = [{"reference": "https://ehr.example.org/fhir/Condition/c9/_history/2"}]
    unnamed = {"resourceType": "Patient", "gender": "female"}
    entries = [{"fullUrl": "urn:uuid:7", "resource": unnamed}, {"resource": created}, {"fullUrl": "urn:uuid:8"}]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    (tmp_path / "one.json").write_text(json.dumps(bundle))
    someone, something, nothing = found_in(tmp_path)
    assert isinstance(someone, Found) and someone.value["id"] == "7"
    assert isinstance(something, Found) and something.value["subject"] == {"reference": "Patient/7"}
    assert something.value["reasonReference"] == [{"reference": "Condition/c9"}]
    assert isinstance(nothing, Damaged) and nothing.place == "one.json entry[2]"
