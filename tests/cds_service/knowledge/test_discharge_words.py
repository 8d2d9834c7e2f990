"""The words that patients are told at discharge: plain enough, and about medicines that do harm."""

from __future__ import annotations

import re

import pytest

from cds_service.knowledge.kinds.discharge_words import DischargeWords, discharge_words_of
from tests.charts import knowledge

ROWS = knowledge().all(DischargeWords)
# Taken at home, by ISMP's list of the community; their names are no hard words of ours.
AT_HOME = """warfarin apixaban rivaroxaban dabigatran edoxaban enoxaparin methotrexate digoxin morphine oxycodone
hydrocodone fentanyl methadone tramadol buprenorphine glipizide glyburide glimepiride phenytoin carbamazepine
lamotrigine valproate tacrolimus cyclosporine azathioprine""".split()  # noqa: SIM905 - a list of words reads as words
HIGHEST_GRADE = 6.5
_NAMES = re.compile(
    r"\b(?:naproxen|ibuprofen|lisinopril|naloxone|sildenafil|aspirin|allopurinol|potassium|insulin)\b", re.I
)


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; as the formula of Flesch and Kincaid counts them."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and groups > 1
    return max(groups - silent, 1)


def grade(text: str) -> float:
    """Flesch-Kincaid grade: .39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid 1975)."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(len(re.findall(r"[.!?:](?:\s|$)", text)), 1)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_row_can_be_read_by_a_sixth_grader(row: DischargeWords) -> None:
    said = " ".join((*row.watch, *row.help))
    assert grade(_NAMES.sub("it", said)) <= HIGHEST_GRADE, (round(grade(said), 1), said)


def test_the_measure_tells_hard_sentences_from_plain_ones() -> None:
    hard = "Concomitant administration necessitates laboratory monitoring of anticoagulation parameters."
    assert grade(hard) > 15 > HIGHEST_GRADE > grade("Take it with food. Call your doctor if you feel sick.")


def test_sixty_rows_and_every_high_alert_medicine_that_is_taken_at_home() -> None:
    assert len(ROWS) >= 60
    names = knowledge().names
    without = [name for name in AT_HOME if not discharge_words_of(knowledge(), names.drugs[names.by_name[name]])]
    assert without == []
