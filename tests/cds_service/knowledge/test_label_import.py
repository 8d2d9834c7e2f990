"""`knowledge import openfda`: passages, and drafted rows that fire only when somebody has approved them."""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from cds_service.evidence.opening import open_corpus
from cds_service.knowledge.kinds.interactions import interactions_between
from cds_service.settings import Settings
from cds_service.store.corpus.imported import Imported
from cds_service.tables import knowledge_of
from cds_service.tables.imported import open_imported
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.knowledge.conftest import Run
from tests.charts import knowledge
from tests.databases import ON_SQLITE

TABLES = Path(str(files("cds_service.knowledge") / "tables"))
SOON = (datetime.now(UTC).date() + timedelta(days=300)).isoformat()
WHO = ("--role", "pharmacist", "--approver", "A. Apple", "--review-by", SOON)


def label(set_id: str = "set-1", **changes: Any) -> dict[str, Any]:
    about = {"brand_name": ["Invented"], "generic_name": ["trandolapril"], "manufacturer_name": ["Sample Works"]}
    return {
        **samples.label(set_id),
        "openfda": about,
        "boxed_warning": ["Invented: a sample warning."],
        "drug_interactions": [
            "Sample drug with montelukast: avoid taking them together in this invented label. "
            "Melatonin had no effect on the invented exposure of the sample."
        ],
        "contraindications": ["The invented sample is contraindicated in patients with myasthenia gravis."],
        "dosage_and_administration": [
            "The maximum recommended dose is 8,888 mg per day in this invented label. "
            "The maximum dose in pediatric patients is 77 mg per day."
        ],
        "use_in_specific_populations": [
            "The sample is not recommended when creatinine clearance is less than or equal to 30 mL/min."
        ],
        **changes,
    }


def waiting(settings: Settings) -> list[dict[str, Any]]:
    with closing(open_imported(settings)) as imported:
        return [dict(row) for row in imported.candidates()]


def put(folder: Path, *labels: dict[str, Any], name: str = "a.json") -> Path:
    (folder / name).write_bytes(samples.openfda(*labels))
    return folder / name


def test_a_label_becomes_passages_and_drafts_that_do_not_fire(run: Run, installation: Settings, tmp_path: Path) -> None:
    done = run("import", "openfda", put(tmp_path, label()))
    assert done.exit_code == 0, done.output
    rows = {row["table_name"]: row["cells"] for row in waiting(installation)}
    assert rows.keys() >= {"interactions.csv", "drug_disease.csv"}
    drafted = rows["interactions.csv"]
    assert (drafted["a"], drafted["b"], drafted["harm"]) == ("trandolapril", "montelukast", "major")
    assert "SPL set id set-1, version 1: Drug interactions" in drafted["locator"]
    assert "myasthenia" in rows["drug_disease.csv"]["conditions"]
    assert not any("elatonin" in row["quote"] for row in waiting(installation))
    with closing(open_corpus(installation)) as corpus:
        assert {row["section"] for row in corpus.every()} >= {"drug_interactions", "contraindications"}
    assert knowledge_of(installation).version == knowledge().version, "a draft is no row"


@ON_SQLITE
def test_doses_and_kidney_function_are_drafted_where_we_say_nothing(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    about = {"generic_name": ["5-hydroxytryptophan"], "manufacturer_name": ["Sample Works"]}
    run("import", "openfda", put(tmp_path, label(openfda=about)))
    rows = {row["table_name"]: row["cells"] for row in waiting(installation)}
    assert (rows["dose_limits.csv"]["max_daily_dose"], rows["dose_limits.csv"]["dose_unit"]) == ("8888", "mg")
    renal = rows["renal_rows.csv"]
    assert (renal["estimator"], renal["below"], renal["harm"]) == ("crcl", "30.01", "major")
    every = [row["id"] for row in waiting(installation)]
    assert run("approve", *every, *WHO).exit_code == 0, "each drafted row fits its table"


@ON_SQLITE
def test_an_approved_draft_fires_and_a_rejected_one_does_not_come_back(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    run("import", "openfda", put(tmp_path, label()))
    (interaction,) = (row["id"] for row in waiting(installation) if row["table_name"] == "interactions.csv")
    others = [row["id"] for row in waiting(installation) if row["id"] != interaction]
    assert run("approve", interaction, *WHO).exit_code == 0
    known = knowledge_of(installation)
    drugs = [known.names.drugs[known.names.by_name[name]] for name in ("trandolapril", "montelukast")]
    (row,) = interactions_between(known, *drugs)
    assert row.reviewed
    assert run("reject", *others).exit_code == 0
    run("import", "openfda", put(tmp_path, label(), label("set-2", drug_interactions=["Nothing."]), name="b.json"))
    assert not {row["id"] for row in waiting(installation)} & {interaction, *others}
    assert "no candidate" in run("reject", "label-none").output


@ON_SQLITE
def test_drafts_are_listed_and_written_with_the_columns_of_their_table(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    run("import", "openfda", put(tmp_path, label()))
    shown = run("candidates", "--drug", "montelukast").output
    assert "montelukast + trandolapril" in shown
    assert "avoid taking them together" in shown
    out = tmp_path / "rows.csv"
    assert run("candidates", "--table", "interactions.csv", "--output", out).exit_code == 0
    (row,) = csv.DictReader(out.read_text("utf-8").splitlines())
    shipped = next(csv.reader((TABLES / "interactions.csv").read_text("utf-8").splitlines()))
    assert list(row) == shipped
    assert run("candidates", "--output", out).exit_code == 2


@ON_SQLITE
def test_a_row_that_does_not_fit_leaves_the_sites_files_as_they_were(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    run("import", "openfda", put(tmp_path, label()))
    (row,) = (row for row in waiting(installation) if row["table_name"] == "drug_disease.csv")
    with closing(open_imported(installation)) as imported:
        bad = {**row, "id": "label-bad", "cells": {**row["cells"], "id": "label-bad", "conditions": "no-such"}}
        imported.put_candidates([bad])
    assert run("approve", "label-bad", *WHO).exit_code != 0
    assert list((tmp_path / "site").glob("*.csv")) == []
    assert "label-bad" in {row["id"] for row in waiting(installation)}


@ON_SQLITE
def test_bad_files_are_named_and_an_import_that_broke_off_goes_on(
    run: Run, installation: Settings, tmp_path: Path, monkeypatch: Any
) -> None:
    whole = samples.openfda(label(), label("set-2"))
    (tmp_path / "cut.json").write_bytes(whole[:-40])
    done = run("import", "openfda", tmp_path / "cut.json")
    assert done.exit_code == 1
    assert "not used: cut.json: it is no whole JSON in UTF-8: it breaks off after record 1" in done.output
    assert waiting(installation), "what came before stays"
    put_candidates, calls = Imported.put_candidates, iter(range(100))

    def breaks_off(self: Imported, *given: Any) -> int:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return put_candidates(self, *given)

    monkeypatch.setattr(Imported, "put_candidates", breaks_off)
    other = label("set-3", drug_interactions=["Sample drug with melatonin: avoid them in this invented label."])
    assert run("import", "openfda", put(tmp_path, other, name="c.json")).exit_code != 0
    assert run("import", "openfda", tmp_path / "c.json").exit_code == 0
    assert any(row["cells"].get("b") == "melatonin" for row in waiting(installation))
