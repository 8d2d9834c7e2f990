"""Fresh texts: combinations whose gold is what the release names, by seed; and the command that scores them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from model_export.__main__ import main
from model_export.linking.rxnorm_texts import ReleaseNames

ROWS = (
    ("1", "Acetaminophen", "", "ingredient"),
    ("2", "Hydrocodone", "", "ingredient"),
    ("3", "Hydrocodone Bitartrate", "", "ingredient"),
    ("4", "Isosorbide Dinitrate", "", "ingredient"),
    ("5", "Hydralazine", "", "ingredient"),
    ("6", "Potassium", "", "ingredient"),
    ("7", "Potassium Citrate", "", "ingredient"),
    ("8", "Betamethasone acetate", "", "ingredient"),
    ("9", "Betamethasone", "", "ingredient"),
    ("10", "Hydralazine / Isosorbide Dinitrate", "", "ingredient_combination"),
    ("11", "Betamethasone / Betamethasone acetate", "", "ingredient_combination"),
    (
        "12",
        "Acetaminophen 325 MG / Hydrocodone Bitartrate 5 MG Oral Tablet",
        "APAP 325 MG / Hydrocodone Bitartrate 5 MG Oral Tablet",
        "clinical_drug",
    ),
    ("13", "12 HR Acetaminophen 325 MG / Unheardofine 5 MG Oral Tablet", "", "clinical_drug"),
    ("14", "Acetaminophen / Potassium Citrate Oral Tablet", "", "clinical_drug"),
    ("15", "Acetaminophen 325 MG Oral Tablet", "", "clinical_drug"),
)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "names.tsv.gz"
    lines = ["rxcui\tname\tsynonyms\tsemantic_type\tkind"]
    lines += [f"{code}\t{name}\t{synonyms}\tT121\t{kind}" for code, name, synonyms, kind in ROWS]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def test_salts_count_as_their_base_and_what_the_release_combines_as_itself(release: Path) -> None:
    meant = {drug.written[0]: drug.rxcuis for drug in ReleaseNames.read(release).drugs}
    assert meant == {
        "Hydralazine / Isosorbide Dinitrate": ("4", "5"),
        "Acetaminophen 325 MG / Hydrocodone Bitartrate 5 MG Oral Tablet": ("1", "2"),
    }  # not two salts of one drug, not a component or a base that the release does not say, not one ingredient


def test_the_same_seed_gives_the_same_texts_and_no_drug_twice(release: Path) -> None:
    names = ReleaseNames.read(release)
    once, again = (list(names.combinations(10, Random(3))) for _ in range(2))
    assert once == again
    assert len(once) == 2


def test_every_way_of_printing_keeps_all_components(release: Path) -> None:
    names = ReleaseNames.read(release)
    for seed in range(40):
        for one in names.combinations(10, Random(seed)):
            assert "hydr" in one.text.lower()
            assert {"apap", "acetaminophen", "isosorbide"} & set(
                one.text.lower().replace("/", " ").replace("-", " ").split()
            )


def test_the_command_scores_each_kind_of_text_and_names_what_is_wrong(release: Path) -> None:
    arguments = ["compare-linking", "--rxnorm", str(release), "--texts", "12", "--seed", "5"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    last = json.loads(result.stdout.splitlines()[-1])
    assert last["seed"] == 5
    kinds = set(last["scores"])
    assert {"no drug: words"} <= kinds and any(kind.startswith("misspelt") for kind in kinds)
    named = [kind for kind in kinds if kind.startswith(("ingredient_comb", "clinical", "as "))]
    assert named and all(last["scores"][kind]["exact"] == 0 for kind in named)  # the codes of this release are made up
    assert '"wrong"' in result.stdout
