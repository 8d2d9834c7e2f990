"""Strengths of two drugs in one tablet: told when the text leaves one, and never guessed."""

from __future__ import annotations

import pytest

from cds_service.terminology.paired_strength import PairedStrength, strength_in

MADE = tuple(
    map(PairedStrength.of, ("250/125", "500/125", "875/125", "1000/62.5=xr", "400/57/5", "600/42.9/5=es", "200/28.5/5"))
)


@pytest.mark.parametrize(
    ("text", "parts", "rest"),
    [
        ("augmentin 875-125 mg bid", (875, 125), "augmentin bid"),
        ("augmentin 875/125 1 tab bid", (875, 125), "augmentin 1 tab bid"),
        ("clavulanate 125 mg - amoxicillin 500 mg 1 tab", (500, 125), "clavulanate - amoxicillin 1 tab"),
        ("amoxicillin 500 MG / clavulanate 125 MG Oral Tablet", (500, 125), "amoxicillin / clavulanate Oral Tablet"),
        ("augmentin 875 mg bid", (875, 125), "augmentin bid"),
        ("augmentin 500-125 mg 1-2 tabs q8-12h", (500, 125), "augmentin 1-2 tabs q8-12h"),
        ("augmentin 875 1 tab bid", (875, 125), "augmentin 1 tab bid"),
        ("augmentin xr 2 tabs bid", (1000, 62.5), "augmentin xr 2 tabs bid"),
        ("augmentin es-600 5 mL bid", (600, 42.9), "augmentin 5 mL bid"),
        ("amox-clav 400-57 mg/5 mL 10 mL bid", (400, 57), "amox-clav 10 mL bid"),
        ("amox-clav 400 mg-57 mg per 5 mL, 10 mL bid", (400, 57), "amox-clav , 10 mL bid"),
    ],
)
def test_a_strength_that_the_text_leaves_alone(text: str, parts: tuple[float, float], rest: str) -> None:
    told = strength_in(text, MADE)
    assert told is not None and told.strength.parts == parts
    assert " ".join(told.rest.split()) == rest


@pytest.mark.parametrize(
    "text",
    [
        "augmentin bid",
        "augmentin 125 mg tid",  # in three tablets
        "augmentin 875-57 mg bid",  # nobody makes it
        "augmentin 400-57 mg bid",  # of a liquid, and no measure is named
        "augmentin 500-125 mg or 875-125 mg bid",
        "augmentin 500 mg, may take 875 mg",
        "augmentin 90 mg/kg/day",
        "augmentin 875 1 tab, dispense 500",
        "augmentin 500 mL",
        "",
    ],
)
def test_what_leaves_several_or_none_is_not_guessed(text: str) -> None:
    assert strength_in(text, MADE) is None


@pytest.mark.parametrize("written", ["875", "875-125", "a/b", "875/125/", "", "875/125=875"])
def test_a_strength_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no strength of two drugs"):
        PairedStrength.of(written)
