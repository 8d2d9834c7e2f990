"""The route of directions: what is said is read, has a code, is written out and read back; a choice of two is none."""

from __future__ import annotations

import pytest

from cds_service.cards.completion import dosage
from cds_service.terminology.directions.plain import plain_words
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.directions.words import words
from cds_service.terminology.routes import ROUTE_CODES


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("2 mg intrathecally weekly", "intrathecal"),
        ("500 mg intraperitoneal bid", "intraperitoneal"),
        ("10 mL epidural q12h", "epidural"),
        ("0.1 mL intradermal daily", "intradermal"),
        ("2 mg intravitreal monthly", "intravitreal"),
        ("40 mg intra-articular weekly", "intra-articular"),
        ("4 mg buccal tid", "buccal"),
        ("10 mg per NG tube bid", "nasogastric"),
        ("10 mg via G-tube bid", "gastrostomy"),
    ],
)
def test_a_route_of_wards_is_read_and_not_left_out_of_the_fields(said: str, route: str) -> None:
    read = read_directions(said)
    assert read.route == route
    assert dosage(read)["route"]["coding"][0]["code"] == ROUTE_CODES[route][0]


@pytest.mark.parametrize("route", sorted(ROUTE_CODES))
def test_a_route_that_is_written_out_is_read_back(route: str) -> None:
    said = words(read_directions(f"2 mg {route} daily") if route not in _TUBES else read_directions(_TUBES[route]))
    assert read_directions(said).route == route


@pytest.mark.parametrize("said", ["5 mL po or per ng tube bid", "500 mg po/ng daily", "5 mg IV or IM q4h"])
def test_a_choice_of_two_routes_is_none(said: str) -> None:
    assert read_directions(said).route is None


def test_a_patient_is_told_in_plain_words_of_routes_that_one_has_at_home_alone() -> None:
    assert plain_words(read_directions("2 mg intrathecal weekly")) == ""
    assert "by gastrostomy tube" in plain_words(read_directions("10 mg via G-tube twice daily"))


_TUBES = {"nasogastric": "2 mg via ng tube daily", "gastrostomy": "2 mg via g-tube daily"}
