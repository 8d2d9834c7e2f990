"""A generated RxNorm release of some 200,000 names: time, memory and what a start costs afterwards.

python -m tests.bench.rxnorm [--names 200000]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from cds_service.settings import Settings
from cds_service.store import migrate
from cds_service.tables import knowledge_of
from cds_service.tables.imported import open_imported, write_names
from cds_service.tables.rxnorm import RxNormImporter

PER_INGREDIENT = 20  # products and brands of one ingredient


def write(folder: Path, names: int) -> None:
    """Ingredients with brands, components, products and branded products, every relation in both directions."""
    with (folder / "RXNCONSO.RRF").open("w") as conso, (folder / "RXNREL.RRF").open("w") as rel:
        atom = relation = 0

        def name(rxcui: int, tty: str, text: str) -> None:
            nonlocal atom
            atom += 1
            conso.write(f"{rxcui}|ENG||||||{atom}||||RXNORM|{tty}|{rxcui}|{text}||N|4096|\n")

        def join(one: int, rela: str, inverse: str, other: int) -> None:
            nonlocal relation
            relation += 1
            for first, said, second in ((one, rela, other), (other, inverse, one)):
                rel.write(f"{first}||CUI|RO|{second}||CUI|{said}|{relation}||RXNORM||||N|4096|\n")

        for base in range(10_000_000, 10_000_000 + names, PER_INGREDIENT):
            word = "".join(chr(97 + int(digit)) * 1 + "o" for digit in str(base))
            name(base, "IN", f"{word}ine")
            name(base + 1, "BN", f"{word.title()}ex")
            join(base, "tradename_of", "has_tradename", base + 1)
            for step in range(2, PER_INGREDIENT, 3):
                component, product, branded = base + step, base + step + 1, base + step + 2
                name(component, "SCDC", f"{word}ine {step} MG")
                name(product, "SCD", f"{word}ine {step} MG Oral Tablet")
                name(branded, "SBD", f"{word}ine {step} MG Oral Tablet [{word.title()}ex]")
                join(base, "has_ingredient", "ingredient_of", component)
                join(component, "consists_of", "constitutes", product)
                join(product, "tradename_of", "has_tradename", branded)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=200_000)
    names = parser.parse_args().names
    with tempfile.TemporaryDirectory() as place:
        release = Path(place) / "rrf"
        release.mkdir()
        write(release, names)
        os.environ["COUNTERSIGN_RUN_DIR"] = str(Path(place) / "run")
        settings = Settings.from_env()
        migrate(settings)
        _lap("before")
        imported = open_imported(settings)
        report = RxNormImporter(imported, frozenset(), lambda: datetime.now(UTC)).take_in(release)
        _lap(f"{report.names} names imported")
        write_names(settings, imported)
        imported.close()
        _lap("names written out")
        known = knowledge_of(settings)
        _lap(f"knowledge with {len(known.names.drugs)} ingredients loaded")
        found = known.vocabulary.named_in("babaoaoaoaoaoaoine 5 mg") or known.vocabulary.named_in("warfarin 5 mg")
        _lap(f"one order read: {found.text if found else 'nothing'}")


def _lap(what: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{what}: CPU {time.process_time():.1f} s since the start, peak {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
