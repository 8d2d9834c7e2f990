"""Makes the linker's two word lists: names of drugs, and words that are spelt right as something other than a drug.

    python -m model_export.linking.wordlists --rxnorm names.tsv.gz --texts medquad_qa.jsonl.gz \
        --texts notes_dev.jsonl.gz --texts pubmedqa_dev.jsonl.gz

The lists are kept in the weights folder and belong to the linker's digests; training reads them from there, so that
the sources are needed only to make them anew. Names are facts of RxNorm (2014) and, for later drugs, of their labels;
common words are those that stand in several texts of the given collections, and our own list of order words.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path

import click
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from cds_service.terminology.lexicon import split_words
from model_export.linking.data import TABLES
from model_export.task import WEIGHTS

OTHER_DRUGS = "drug-linker-other-drugs.txt"
COMMON_WORDS = "drug-linker-words.txt"
ORDER_WORDS = "order_words.txt"
# Ingredients and brands that came after the RxNorm release of 2014.
SINCE_2014 = "drugs_since_2014.txt"
_SHORTEST = 4
_TEXTS_NEEDED, _UNLIKE_A_DRUG = 5, 3  # a word in fewer texts may itself be a slip, of a drug's name above all
_LIKE_A_DRUG = 0.8
_KINDS = frozenset({"ingredient", "brand"})


@click.command()
@click.option("--rxnorm", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--texts", type=click.Path(exists=True, path_type=Path), multiple=True, required=True)
@click.option("--weights", type=click.Path(path_type=Path), default=WEIGHTS)
def main(rxnorm: Path, texts: tuple[Path, ...], weights: Path) -> None:
    """Write both lists, sorted, one word a line."""
    of_orders, since_2014 = (
        frozenset(Path(__file__).with_name(name).read_text("utf-8").split()) for name in (ORDER_WORDS, SINCE_2014)
    )
    drugs = {*since_2014, *drug_words(rxnorm)} - of_orders
    common = {*of_orders, *words_of_conditions(), *common_words(texts, drugs)} - drugs
    for name, words in ((OTHER_DRUGS, drugs), (COMMON_WORDS, common)):
        kept = sorted(word for word in words if len(word) >= _SHORTEST)
        (weights / name).write_text("\n".join(kept) + "\n", encoding="utf-8")
        click.echo(f"{name}: {len(kept)} words")


def drug_words(rxnorm: Path) -> Iterator[str]:
    """The first word of each ingredient, and brands of one word."""
    with gzip.open(rxnorm, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            words = [word.text for word in split_words(row["name"])]
            if (
                row["kind"] in _KINDS
                and words
                and words[0].isalpha()
                and (row["kind"] == "ingredient" or len(words) == 1)
            ):
                yield words[0]


def common_words(collections: tuple[Path, ...], drugs: Set[str]) -> Iterator[str]:
    """Words that stand in several texts of the collections; in more of them where a word is like a drug's name."""
    texts_with: Counter[str] = Counter()
    for collection in collections:
        with gzip.open(collection, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                text = " ".join(
                    (*(row.get(key, "") for key in ("question", "answer", "text")), *row.get("contexts", ()))
                )
                texts_with.update(set(re.findall(r"[a-z]+", text.lower())))
    seldom = [word for word, count in texts_with.items() if _UNLIKE_A_DRUG <= count < _TEXTS_NEEDED]
    likeness = cdist(seldom, sorted(drugs), scorer=OSA.normalized_similarity, score_cutoff=_LIKE_A_DRUG)
    yield from (word for word, count in texts_with.items() if count >= _TEXTS_NEEDED)
    yield from (word for word, like in zip(seldom, likeness.max(axis=1), strict=True) if not like)


def words_of_conditions() -> Iterator[str]:
    """Words of the conditions' names that our own tables have."""
    with (TABLES / "conditions.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield from re.findall(r"[a-z]+", f"{row['label']} {row['words']}".lower())


if __name__ == "__main__":
    main()
