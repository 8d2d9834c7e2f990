"""A replay from end to end: what fired and what did not, the same on any number of workers, broken things said."""

from __future__ import annotations

import csv
import errno
import json
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cds_service.__main__ import main
from cds_service.checks import CHECKS
from cds_service.checks.registry import Check
from cds_service.cli.replay import command as the_command
from tests.cds_service.replay.histories import note, order, patient, result, ward, written
from tests.hook_calls import draft, order_select, order_sign
from tests.running_service import ROOT

Report = dict[str, Any]
ALLERGY, RENAL = "allergy-penicillin-same", "renal-metformin-egfr-0-30"


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("export"), ward())


def replay(history: Path, output: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["replay", str(history), "--output", str(output), *options])


def report_in(output: Path, kind: str = "exact") -> Report:
    read: Report = json.loads((output / kind / "report.json").read_bytes())
    return read


@pytest.fixture(scope="module")
def done(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("done") / "out"
    told = replay(export, output, "--sample", "3", "--visits")
    assert told.exit_code == 0, told.output
    return output


def rules_of(report: Report) -> dict[str, Report]:
    return {one["rule"]: one for one in report["rules"]}


def test_what_would_have_fired_is_counted_by_service_topic_rule_and_drug(done: Path) -> None:
    report = report_in(done)
    assert (report["history"]["patients"], report["history"]["orders"]) == (4, 5)
    safety = {one["topic"]: one for one in report["topics"] if one["service"] == "medication-safety"}
    assert safety["drug-allergy"]["critical"] == 1
    assert safety["renal-dosing"]["critical"] == 1
    assert safety["drug-interaction"]["warning"] == 1
    fired = {one["topic"]: one for one in report["rules"] if one["cards"] and one["service"] == "medication-safety"}
    assert fired["drug-interaction"]["rule"] == "ddi-warfarin--sulfamethoxazole"
    assert fired["renal-dosing"]["patients"] == 1
    drugs = {one["drug"]: one for one in report["drugs"]}
    assert drugs["metformin"]["orders"] == 1 and drugs["metformin"]["cards"] >= 1
    assert drugs["warfarin"]["coverage"] != "none"


def test_cards_are_set_against_orders_encounters_and_clinicians(done: Path) -> None:
    burden = report_in(done)["burden"]
    (safety,) = (one for one in burden["at_signing"] if one["service"] == "medication-safety")
    assert safety["interrupting_per_100_orders"] == 60.0
    assert burden["per_encounter"]["interrupting"] | {"quartiles": 0} == {
        "number": 1, "mean": 1.0, "median": 1, "quartiles": 0, "most": 1, "with_any": 1,
    }  # fmt: skip
    assert burden["per_clinician_month"]["orders"]["number"] == 1


def test_rules_that_never_fired_are_named_and_those_of_ordered_drugs_come_first(done: Path) -> None:
    report = report_in(done)
    silent = [one for one in report["rules"] if one["cards"] == 0]
    assert len(silent) == report["rules_summary"]["never_fired"] > 3000
    assert silent[0]["orders_of_its_drugs"] > 0 and silent[-1]["orders_of_its_drugs"] in (0, None)
    every = {one["rule"] for one in report["rules"]}
    with (done / "exact" / "rules.csv").open(encoding="utf-8", newline="") as file:
        assert {row["rule"] for row in csv.DictReader(file)} == every
    other = rules_of(report)["renal-metformin-egfr-30-45"]
    assert (other["cards"], other["orders_of_its_drugs"]) == (0, 1)


def test_the_summary_tells_which_services_were_asked_and_which_had_no_call(export: Path, done: Path) -> None:
    told = (done / "exact" / "summary.md").read_text("utf-8")
    every = "care-checklist, chart-reconciliation, companion-orders, medication-safety, order-completion"
    assert f"- services: {every}; one call" in told
    assert replay(export, done.parent / "orders alone").exit_code == 0
    told = (done.parent / "orders alone" / "exact" / "summary.md").read_text("utf-8")
    assert "- services: companion-orders, medication-safety, order-completion; one call for each order" in told
    assert (
        "- no call was for care-checklist, chart-reconciliation, discharge-instructions (`--visits` opens charts"
        in told
    )


def test_the_summary_tells_whether_every_ingredient_is_covered_somewhere(done: Path) -> None:
    told = (done / "exact" / "summary.md").read_text("utf-8")
    ordered = report_in(done)["drugs"]
    assert ordered and all(one["coverage"] != "none" for one in ordered)
    assert f"Each of the {len(ordered)} ingredients ordered is covered in one topic at least." in told


def test_what_was_not_assessed_is_counted_with_its_reason(done: Path) -> None:
    said = {(one["topic"], one["reason"]) for one in report_in(done)["not_assessed"]}
    assert any(topic == "renal-dosing" and "no creatinine on record" in reason for topic, reason in said)


def test_what_is_for_sharing_has_no_small_number_and_no_text_of_a_chart(done: Path) -> None:
    share = report_in(done, "share")
    assert share["history"]["orders"] is None and share["burden"]["per_encounter"]["cards"]["number"] is None
    assert {one["cards"] for one in share["rules"]} == {0, None}
    names = {one["drug"]: one for one in share["drugs"]}
    assert names["metformin"]["orders"] is None
    assert (share["not_recognised"], share["problems"]) == ([], [])
    assert "(hidden) orders of (hidden) patients" in (done / "share" / "summary.md").read_text("utf-8")


def test_what_the_export_lacks_is_not_known_to_be_none(done: Path) -> None:
    assert report_in(done)["history"]["lacks"] == ["Condition", "DocumentReference"]
    opened = [one for one in report_in(done)["calls"] if one["hook"] == "patient-view"]
    assert [(one["service"], one["refused"]) for one in opened] == [("care-checklist", 0), ("chart-reconciliation", 1)]
    assert "no Condition, DocumentReference" in (done / "share" / "summary.md").read_text("utf-8")


def test_reports_are_for_their_owner_alone(done: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in done.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_the_sample_says_that_it_holds_patient_data_and_has_room_for_two_reviewers(done: Path) -> None:
    with (done / "sample-PATIENT-DATA.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["contains_patient_data"] for row in rows} == {"yes"}
    (allergy,) = (row for row in rows if row["topic"] == "drug-allergy")
    assert "penicillin" in allergy["facts"] and allergy["age"] == "70" and allergy["when"].startswith("2020-03-01")
    assert allergy["reviewer_1_appropriate"] == allergy["reviewer_2_why"] == ""
    topics = [row["topic"] for row in rows]
    assert max(map(topics.count, topics)) <= 3


def test_without_being_asked_no_sample_is_written(export: Path, tmp_path: Path) -> None:
    assert replay(export, tmp_path / "out").exit_code == 0
    assert not list((tmp_path / "out").rglob("*PATIENT*"))


def test_nothing_is_overwritten(export: Path, done: Path) -> None:
    told = replay(export, done)
    assert told.exit_code == 2 and "is there already" in told.output


def test_any_number_of_workers_gives_the_same_bytes(export: Path, tmp_path: Path) -> None:
    """By this process, and by two of Dask's, which open the services themselves."""
    divided = {workers: tmp_path / str(workers) for workers in (1, 2)}
    for workers, output in divided.items():
        told = replay(export, output, "--workers", str(workers), "--sample", "2", "--per", "encounter")
        assert told.exit_code == 0, told.output
    files = [
        path.relative_to(divided[1]) for path in divided[1].rglob("*") if path.is_file() and path.name != "cost.json"
    ]
    assert len(files) > 10
    assert [file for file in files if (divided[1] / file).read_bytes() != (divided[2] / file).read_bytes()] == []
    assert json.loads((divided[2] / "cost.json").read_bytes())["workers"] == "2"


def test_damage_is_said_and_stops_only_a_strict_replay(export: Path, tmp_path: Path) -> None:
    history = tmp_path / "history"
    shutil.copytree(export, history)
    with (history / "Condition.ndjson").open("a") as file:
        file.write('{"resourceType": "Condition", "id"\n')
    told = replay(history, tmp_path / "out")
    assert told.exit_code == 0 and "Condition.ndjson:1: not JSON" in told.stderr
    assert report_in(tmp_path / "out")["history"]["damaged"] == 1
    assert "1 lines or entries could not be read" in (tmp_path / "out" / "exact" / "summary.md").read_text("utf-8")
    strict = replay(history, tmp_path / "strict", "--strict")
    assert strict.exit_code == 1 and not list((tmp_path / "strict").rglob("*.json"))


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch) -> str:
    def run(*_: object) -> Iterator[Any]:
        raise RuntimeError("Ruth Alder, born 1951")

    known: Check = CHECKS["drug-allergy"]
    monkeypatch.setitem(CHECKS, "drug-allergy", Check(**{**_members(known), "run": run}))
    return known.id


def _members(check: Check) -> dict[str, Any]:
    return {name: getattr(check, name) for name in check.__dataclass_fields__}


def test_a_check_that_breaks_is_said_by_report_and_exit_status(export: Path, tmp_path: Path, broken_check: str) -> None:
    told = replay(export, tmp_path / "out", "--service", "medication-safety")
    assert "check failed" not in told.stderr, "it is counted, and not logged for each call"
    assert told.exit_code == 1 and f"FAILED 5 times: medication-safety {broken_check}" in told.stderr
    report = report_in(tmp_path / "out")
    assert report["failed_checks"] == [{"service": "medication-safety", "check": broken_check, "calls": 5}]
    assert "Ruth" not in json.dumps(report) + told.output


def test_another_knowledge_folder_shows_which_concerns_appear_vanish_and_change(export: Path, tmp_path: Path) -> None:
    tables = ROOT / "cds_service/knowledge/tables"
    site = tmp_path / "site"
    site.mkdir()
    header, *rows = (tables / "interactions.csv").read_text("utf-8").splitlines()
    columns = next(csv.reader([header]))
    (line,) = (row for row in rows if row.startswith("ddi-warfarin--sulfamethoxazole,"))
    cells = dict(zip(columns, next(csv.reader([line])), strict=True))
    with (site / "interactions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerow({**cells, "display": "info"})
        new = {**cells, "id": "ddi-ours", "a": "metformin", "b": "warfarin", "harm": "moderate", "display": "info"}
        table.writerow(new)
    history = written(tmp_path / "export", [*ward(), order("w3", "warfarin 5 mg daily", "2020-03-01", "p3")])
    told = replay(history, tmp_path / "out", "--compare", str(site), "--sample", "5")
    assert told.exit_code == 0, told.output
    moved = {one["rule"]: one for one in report_in(tmp_path / "out")["compared"] if one["change"] != "stays"}
    changed, appeared = moved["ddi-warfarin--sulfamethoxazole"], moved["ddi-ours"]
    assert (changed["change"], changed["before"], changed["after"]) == ("changes", "warning", "info")
    assert (appeared["change"], appeared["before"], appeared["concerns"]) == ("appears", None, 1)
    assert "| appears | ddi-ours |" in (tmp_path / "out" / "exact" / "summary.md").read_text("utf-8")


def test_captured_requests_are_asked_at_their_own_time_and_their_token_is_not_used(tmp_path: Path) -> None:
    history = tmp_path / "captured"
    history.mkdir()
    dated = order_sign(draft("bactrim ds bid", authoredOn="2024-05-01T08:00:00Z"))
    dated |= {"fhirServer": "http://127.0.0.1:9/fhir", "fhirAuthorization": {"access_token": "secret"}}
    undated = order_sign(draft("aspirin 81 mg daily"))
    wrong = {**order_sign(draft("x", authoredOn="2024-05-01")), "hookInstance": "no uuid"}
    other = {**dated, "hook": "encounter-discharge"}
    (history / "calls.jsonl").write_text("".join(json.dumps(one) + "\n" for one in (dated, undated, wrong, other)))
    told = replay(history, tmp_path / "out", "--service", "medication-safety")
    assert told.exit_code == 0, told.output
    report = report_in(tmp_path / "out")
    assert [one["month"] for one in report["months"]] == ["2024-05"]
    calls = {(one["service"], one["hook"]): one for one in report["calls"]}
    assert (
        calls["medication-safety", "order-sign"]["answered"],
        calls["medication-safety", "order-sign"]["refused"],
    ) == (1, 1)
    said = {one["where"]: one["why"] for one in report["problems"]}
    assert said["calls.jsonl:2"] == "nothing in it says when it was asked; --at does"
    assert "hookInstance" in said["calls.jsonl:3"]
    assert "no service" in said["calls.jsonl:4"]
    later = replay(history, tmp_path / "later", "--at", "2025-01-01", "--service", "medication-safety")
    assert later.exit_code == 0 and report_in(tmp_path / "later")["history"]["orders"] == 2


def test_cards_at_signing_are_set_against_signed_orders_alone(tmp_path: Path) -> None:
    typed = draft("bactrim ds bid", authoredOn="2024-05-01T08:00:00Z")
    calls = [order_select(typed, selections=["MedicationRequest/draft-1"]), order_sign(typed)]
    history = tmp_path / "captured"
    history.mkdir()
    (history / "calls.jsonl").write_text("".join(json.dumps(one) + "\n" for one in calls))
    assert replay(history, tmp_path / "out").exit_code == 0
    report = report_in(tmp_path / "out")
    assert (report["history"]["orders"], report["history"]["signed"]) == (2, 1)
    for line in report["burden"]["at_signing"]:
        assert line["cards_per_100_orders"] == 100 * line["cards"]


def test_charts_are_opened_when_asked_for(tmp_path: Path) -> None:
    told = note("n1", "Allergies: penicillin (hives).", "2020-01-15T09:00:00Z")
    history = written(tmp_path / "export", [*ward(), {**told, "subject": {"reference": "Patient/p1"}}])
    assert replay(history, tmp_path / "out", "--visits").exit_code == 0
    opened = [one for one in report_in(tmp_path / "out")["topics"] if one["hook"] == "patient-view"]
    assert [one["topic"] for one in opened] == ["checklist", "chart-reconciliation"]


def test_a_replay_with_a_work_folder_goes_on_where_it_broke_off(export: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert replay(export, tmp_path / "first", "--work", str(work)).exit_code == 0
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    results = sorted(work.rglob("results-*/*.json"))
    assert len(results) > 1
    stamps = {path: path.stat().st_mtime_ns for path in results[1:]}
    results[0].unlink()
    assert replay(export, tmp_path / "second", "--work", str(work)).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in results[1:]} == stamps, "what was done stays done"
    assert report_in(tmp_path / "first") == report_in(tmp_path / "second")
    assert replay(export, tmp_path / "third", "--work", str(work), "--per", "encounter").exit_code == 0
    assert len(list(work.rglob("results-*"))) == 2, "another plan has results of its own"


def test_sorted_history_that_could_not_be_written_out_is_sorted_anew(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", disk_full)
        assert replay(export, tmp_path / "first", "--work", str(tmp_path / "work")).exit_code != 0
    told = replay(export, tmp_path / "second", "--work", str(tmp_path / "work"))
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("options", [("--workers", "2"), ("--scheduler", "tcp://127.0.0.1:9", "--work", "work")])
def test_without_dask_it_says_what_to_install(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("dask", "distributed"):
        monkeypatch.setitem(sys.modules, name, None)
    told = replay(export, tmp_path / "out", *options)
    assert told.exit_code == 1 and "pip install 'countersign[replay]'" in told.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--service", "no-such"), "there are medication-safety"),
        (("--scheduler", "tcp://127.0.0.1:9"), "--scheduler needs --work"),
        (("--scheduler", "tcp://127.0.0.1:9", "--work", "work"), "no scheduler answers"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cds_service.replay.spreading.ANSWERS_WITHIN_S", 0.5)
    told = replay(export, tmp_path / "out", *options)
    assert told.exit_code != 0 and said in told.output


def test_a_folder_without_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "there is no .json" in replay(tmp_path / "empty", tmp_path / "out").output
    written(tmp_path / "others", [{"resourceType": "Organization", "id": "o1"}])
    (tmp_path / "others" / "x.json").write_text("{}")
    said = replay(tmp_path / "others", tmp_path / "out").output
    assert "nothing of a patient was found in what was given, and 1 lines" in " ".join(said.split())


def test_an_order_that_names_no_drug_we_know_is_counted_with_its_words(tmp_path: Path) -> None:
    orders = [order("m1", "zzyzx 5 mg", "2020-01-01"), order("m2", "aspirin 81 mg daily", "2020-01-02")]
    history = written(tmp_path / "export", [patient(), *orders, result("l1", "2160-0", 1, "mg/dL", "2020-01-01")])
    assert replay(history, tmp_path / "out").exit_code == 0
    assert report_in(tmp_path / "out")["not_recognised"] == [{"words": "zzyzx 5 mg", "orders": 1}]


def test_every_option_has_its_help() -> None:
    options = [one for one in the_command.params if isinstance(one, click.Option)]
    assert len(options) > 10 and [one.name for one in options if not one.help] == []
