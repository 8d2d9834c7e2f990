"""`knowledge import rxnorm`: names that orders are read by afterwards; bad releases that change nothing."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_service.chart.medications.naming import name_drug
from cds_service.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store import Keyring, open_store
from cds_service.store.corpus.imported import Imported
from cds_service.tables import knowledge_of, rxnorm
from cds_service.terminology.systems import RXNORM
from tests.cds_service.knowledge import rrf
from tests.cds_service.knowledge.conftest import Run
from tests.charts import knowledge
from tests.databases import ON_SQLITE


def names(knowledge: Knowledge, text: str) -> set[str]:
    found = knowledge.vocabulary.named_in(text)
    return {drug.name for drug in found.drugs} if found else set()


@pytest.mark.parametrize("packed", [True, False])
def test_what_a_release_names_is_read_in_orders(run: Run, installation: Settings, tmp_path: Path, packed: bool) -> None:
    assert names(knowledge(), "zolvarex 20 mg daily") == set()
    release = rrf.archive(tmp_path / "rx.zip") if packed else rrf.folder(tmp_path / "release")
    done = run("import", "rxnorm", release)
    assert done.exit_code == 0, done.output
    assert "11 names imported; 1 left out" in done.output
    known = knowledge_of(installation)
    for text in ("zolvarex 20 mg daily", "ZOLVARITINE 20", "zolvaritine hydrochloride 20 mg tablet"):
        assert names(known, text) == {"zolvaritine"}
    assert names(known, "warzolva 1 tab daily") == {"warfarin", "zolvaritine"}
    assert names(known, "warfarinum sample 5 mg") == {"warfarin"}
    assert names(known, "zolvaold 20 mg") == set(), "a suppressed name"
    assert names(known, "start today") == set(), "a brand that is an everyday word"
    vocabulary = known.vocabulary
    for code in (rrf.PRODUCT, rrf.BRANDED, rrf.PACK, rrf.EVERYDAY, rrf.SALT):
        assert [drug.name for drug in vocabulary.by_code(code)] == ["zolvaritine"]
    assert vocabulary.by_code(rrf.ORPHAN) == ()
    assert vocabulary.products[rrf.PRODUCT] == "zolvaritine 20 MG Oral Tablet"


@ON_SQLITE
def test_importing_again_adds_nothing_and_one_that_was_broken_off_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = rrf.archive(tmp_path / "rx.zip")
    monkeypatch.setattr(rxnorm, "PORTION", 4)
    whole, calls = Imported.put_names, iter(range(100))

    def breaks_off(self: Imported, *given: object) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Imported, "put_names", breaks_off)
    assert run("import", "rxnorm", release).exit_code != 0
    assert "3 names imported" in run("import", "rxnorm", release).output
    again = run("import", "rxnorm", release)
    assert "imported before" in again.output


@ON_SQLITE
def test_a_later_release_changes_a_name_and_keeps_what_it_no_longer_holds(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    run("import", "rxnorm", rrf.folder(tmp_path / "one"))
    kept = [atom for atom in rrf.ATOMS if atom[0] not in (rrf.BRANDED, rrf.BRAND)]
    later = rrf.conso([*kept, (rrf.BRAND, "BN", "Zolvanew", "N")])
    assert run("import", "rxnorm", rrf.folder(tmp_path / "two", RXNCONSO=later)).exit_code == 0
    known = knowledge_of(installation)
    assert names(known, "zolvanew 20") == {"zolvaritine"}
    assert names(known, "zolvarex 20") == set()
    assert known.vocabulary.by_code(rrf.BRANDED), "charts still hold the old code"


def test_ours_stands_and_an_ingredient_under_another_code_is_ours(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    atoms = [*rrf.ATOMS, ("9000050", "IN", "Metformin", "N"), ("9000051", "BN", "Coumadin", "N")]
    relations = [*rrf.RELATIONS, (rrf.INVENTED, "tradename_of", "9000051")]
    release = rrf.folder(tmp_path / "one", RXNCONSO=rrf.conso(atoms), RXNREL=rrf.rel(relations))
    assert run("import", "rxnorm", release).exit_code == 0
    known = knowledge_of(installation)
    assert names(known, "coumadin 5 mg") == {"warfarin"}
    assert [drug.rxcui for drug in known.vocabulary.by_code("9000050")] == ["6809"]


BAD = {
    "columns": ({"RXNCONSO": "1|ENG|x|\n"}, "rrf/RXNCONSO.RRF, line 1: it has 3 fields"),
    "truncated": ({"RXNREL": rrf.rel()[:-30]}, f"rrf/RXNREL.RRF, line {2 * len(rrf.RELATIONS)}: it has"),
    "empty": ({"RXNREL": ""}, "rrf/RXNREL.RRF: it is empty"),
    "twice": ({"RXNCONSO": rrf.conso() + rrf.conso()}, "record 1 (RXAUI) stands in the file twice"),
    "two names": (
        {"RXNCONSO": rrf.conso([*rrf.ATOMS, (rrf.BRAND, "BN", "Other", "N")])},
        f"RXCUI {rrf.BRAND} has the name 'Zolvarex' already",
    ),
    "no number": ({"RXNCONSO": rrf.conso([("x1", "IN", "thing", "N")])}, "line 1: record 1: RXCUI is 'x1'"),
}


@ON_SQLITE
@pytest.mark.parametrize("case", BAD)
def test_a_bad_release_is_named_with_file_and_record_and_changes_nothing(
    run: Run, installation: Settings, tmp_path: Path, case: str
) -> None:
    run("import", "rxnorm", rrf.folder(tmp_path / "good"))
    other, message = BAD[case]
    done = run("import", "rxnorm", rrf.archive(tmp_path / "bad.zip", **other))
    assert done.exit_code == 1
    assert message in done.output
    assert names(knowledge_of(installation), "zolvarex 20") == {"zolvaritine"}


@ON_SQLITE
def test_archives_and_encodings_that_cannot_be_read_are_named(run: Run, tmp_path: Path) -> None:
    whole = rrf.archive(tmp_path / "rx.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.zip").write_bytes(b"no archive")
    latin = rrf.folder(tmp_path / "latin")
    (latin / "rrf" / "RXNCONSO.RRF").write_bytes(rrf.conso().replace("Today", "Toda\u00ef").encode("latin-1"))
    (tmp_path / "nothing").mkdir()
    for name, message in (
        ("cut.zip", "cut.zip: the archive is damaged"),
        ("text.zip", "text.zip: the archive is damaged"),
        ("latin", "rrf/RXNCONSO.RRF, line 9: it is not UTF-8"),
        ("nothing", "nothing: it holds no RXNCONSO.RRF and no RXNREL.RRF"),
    ):
        done = run("import", "rxnorm", tmp_path / name)
        assert done.exit_code == 1, name
        assert message in done.output, name


@ON_SQLITE
def test_a_coded_order_of_an_imported_product_has_its_strength(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    run("import", "rxnorm", rrf.folder(tmp_path / "one"))
    concept = {"coding": [{"system": RXNORM, "code": rrf.PRODUCT}]}
    named = name_drug([concept], knowledge_of(installation).vocabulary)
    assert named.text == "zolvaritine 20 MG Oral Tablet"
    assert [drug.name for drug in named.drugs] == ["zolvaritine"]


def test_an_import_is_on_record_before_and_after(run: Run, installation: Settings, tmp_path: Path) -> None:
    assert run("import", "rxnorm", rrf.folder(tmp_path / "release")).exit_code == 0
    with closing(open_store(installation, Keyring.load(installation))) as store:
        every = store.reports.audit(datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1))
        rows = [row.event for row in every if row.event.action == "import-names"]
    assert [(one.outcome, one.detail.get("count")) for one in rows] == [("begun", None), ("done", 11)]
