"""The `knowledge` commands as a pharmacist runs them: coverage, export, diff and approve."""

from __future__ import annotations

import csv
import importlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.__main__ import main
from cds_service.cli.knowledge import command
from cds_service.knowledge import COVERED_TOPICS, Knowledge, load_knowledge
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.tables import read_tables
from tests.charts import knowledge
from tests.hook_calls import active, bundle, chart, draft, order_sign

TABLES = Path(str(files("cds_service.knowledge") / "tables"))
ROW = "allergy-penicillins-penicillins"
SOON = (datetime.now(UTC).date() + timedelta(days=300)).isoformat()
WHO = ("--role", "pharmacist", "--approver", "A. Apple", "--review-by", SOON)


def run(*arguments: str, site: Path | None = None) -> Result:
    variables = {"COUNTERSIGN_KNOWLEDGE_DIR": str(site) if site else ""}
    return CliRunner().invoke(command, list(arguments), env=variables)


def test_coverage_is_counted_by_topic() -> None:
    shown = run("coverage", "--summary", "--topic", "drug-allergy").output
    cells = [int(cell) for cell in shown.split("`drug-allergy` | ")[1].split(" |\n")[0].split(" | ")]
    assert sum(cells) == len(knowledge().names.drugs)


def test_no_high_alert_drug_has_a_gap_in_any_topic() -> None:
    shown = run("coverage", "--high-alert")
    assert shown.exit_code == 0, shown.output
    assert "not-covered" not in shown.output and "no guidance" in shown.output


def test_a_gap_of_a_high_alert_drug_is_printed_and_fails(tmp_path: Path) -> None:
    header = "group,drugs,source,locator"
    (tmp_path / "high_alert.csv").write_text(f"{header}\nours,biotin,ismp-high-alert,here\n", "utf-8")
    biotin = knowledge().names.drugs[knowledge().names.by_name["biotin"]]
    gaps = [topic for topic in COVERED_TOPICS if knowledge().coverage(biotin, topic) == "not-covered"]
    shown = run("coverage", "--high-alert", "--missing", site=tmp_path)
    assert gaps and shown.exit_code == 1
    assert "biotin" in shown.output and f"{len(gaps)} cells not-covered" in shown.output


def test_high_alert_drugs_are_known_by_class_and_by_name() -> None:
    names = {drug.name for drug in knowledge().high_alert}
    assert {"warfarin", "insulin glargine", "morphine", "methotrexate", "potassium chloride"} <= names
    assert "amoxicillin" not in names


def test_every_cited_row_is_exported_with_its_source(tmp_path: Path) -> None:
    assert run("export", "--output", str(tmp_path / "rows.csv")).exit_code == 0
    rows = list(csv.DictReader(StringIO((tmp_path / "rows.csv").read_text("utf-8"))))
    assert {row["id"] for row in rows} == set(knowledge().cited)
    assert all(row["source"] and row["locator"] and row["url"].startswith("https://") for row in rows)
    checked = {row["id"]: (row["checked_on"], row["checked_page"]) for row in rows if row["checked_on"]}
    assert len(checked) == len(knowledge().source_checks) >= 100
    assert checked["ddi-sildenafil--nitrate"][0] == "2026-11-29"
    first = json.loads(run("export", "--format", "ndjson").stdout.splitlines()[0])
    assert first["review"] == "unreviewed"


def test_diff_names_added_removed_and_changed_rows(tmp_path: Path) -> None:
    same = run("diff", str(TABLES))
    assert same.exit_code == 0 and "0 rows differ" in same.output
    text = (TABLES / "duplicate_rows.csv").read_text("utf-8")
    older = text.replace("two NSAIDs", "twice an NSAID", 1).replace("duplicate-statin,", "duplicate-of-old,", 1)
    (tmp_path / "duplicate_rows.csv").write_text(older, "utf-8")
    shown = run("diff", str(tmp_path))
    assert shown.exit_code == 1
    assert set(shown.output.splitlines()) == {
        "+ duplicate_rows.csv: duplicate-statin",
        "- duplicate_rows.csv: duplicate-of-old",
        "~ duplicate_rows.csv: duplicate-nsaid: summary",
        "3 rows differ.",
    }


def test_one_row_that_differs_is_one_row(tmp_path: Path) -> None:
    text = (TABLES / "duplicate_rows.csv").read_text("utf-8")
    (tmp_path / "duplicate_rows.csv").write_text(text.replace("two NSAIDs", "twice an NSAID", 1), "utf-8")
    assert run("diff", str(tmp_path)).output.endswith("\n1 row differs.\n")


def test_an_approved_row_speaks_where_unreviewed_ones_are_silent(tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = run("approve", ROW, *WHO, site=site)
    assert done.exit_code == 0, done.output
    approved = load_knowledge(read_tables(site))
    assert approved.cited[ROW].review.startswith("pharmacist|") and approved.cited[ROW].review.endswith("|Countersign")
    heard = approved.without_unreviewed()
    assert ROW in heard.cited and "allergy-macrolides-macrolides" not in heard.cited
    assert replace(heard.cited[ROW], review="", place="") == replace(knowledge().cited[ROW], review="", place="")


def test_the_card_of_an_approved_row_says_in_words_who_approved_it(tmp_path: Path) -> None:
    assert run("approve", "ddi-warfarin--sulfamethoxazole", *WHO, site=tmp_path / "site").exit_code == 0
    asked = order_sign(draft("bactrim ds bid x 7 days"), prefetch=chart(medications=bundle(active("warfarin 5 mg"))))
    (tmp_path / "request.json").write_text(json.dumps(asked), "utf-8")
    site = {"COUNTERSIGN_KNOWLEDGE_DIR": str(tmp_path / "site")}
    told = CliRunner().invoke(main, ["check", str(tmp_path / "request.json")], env=site)
    today = datetime.now(UTC).date().isoformat()
    said = f"approved by A. Apple (pharmacist) on {today}, to be reviewed by {SOON}."
    assert said in " ".join(told.output.split()), told.output


def test_a_second_approval_takes_the_place_of_the_first_and_others_stay(tmp_path: Path) -> None:
    for ids in ((ROW, "duplicate-nsaid"), (ROW,)):
        assert run("approve", *ids, *WHO, site=tmp_path).exit_code == 0
    rows = list(csv.DictReader(StringIO((tmp_path / "allergy_rows.csv").read_text("utf-8"))))
    assert [row["id"] for row in rows] == [ROW]
    assert load_knowledge(read_tables(tmp_path)).cited["duplicate-nsaid"].reviewed


def test_an_interrupted_approval_leaves_the_sites_files_as_they_were(tmp_path: Path, monkeypatch) -> None:
    assert run("approve", ROW, *WHO, site=tmp_path).exit_code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    module = importlib.import_module("cds_service.cli.knowledge.approve")
    read = module.tables

    def interrupted() -> Knowledge:
        if (tmp_path / "duplicate_rows.csv").exists():  # the new rows are written and are read for the first time
            raise KeyboardInterrupt
        return read()

    monkeypatch.setattr(module, "tables", interrupted)
    assert run("approve", ROW, "duplicate-nsaid", "--role", "physician", *WHO[2:], site=tmp_path).exit_code != 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("approve", "no-such-row", *WHO), "no row"),
        (("approve", ROW, *WHO, "--author", "a.  apple"), "A. Apple"),
        (("approve", ROW, *WHO[:4], "--review-by", "2099-01-01"), "within 12 months"),
        (("approve", ROW, *WHO[:4], "--review-by", "2020-01-01"), "within 12 months"),
        (("approve", ROW, "--role", "pharm|acist", *WHO[2:]), "words without |"),
    ],
)
def test_what_would_be_no_approval_is_refused(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    if said == "A. Apple":
        arguments, said = (*arguments[:-1], "a.   APPLE"), "does not approve it"
    done = run(*arguments, site=tmp_path)
    assert done.exit_code == 2 and said in done.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_site_folder_nothing_can_be_approved() -> None:
    assert "COUNTERSIGN_KNOWLEDGE_DIR" in run("approve", ROW, *WHO).output


def test_an_overdue_review_is_named_and_the_row_keeps_firing() -> None:
    first, *others = knowledge().all(Interaction)
    stale = replace(first, review="pharmacist|2025-01-02|2025-12-01|A. Apple|Countersign")
    rows = {**knowledge().rows, Interaction.table: (stale, *others)}
    late = replace(knowledge(), rows=rows)
    assert late.overdue(date(2025, 12, 2)) == (first.id,) and late.overdue(date(2025, 12, 1)) == ()
    assert late.without_unreviewed().all(Interaction) == (stale,)
