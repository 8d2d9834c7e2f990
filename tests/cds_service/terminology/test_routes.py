"""Routes: read wrongly as local, an order would escape what is said of systemic drugs."""

from __future__ import annotations

import pytest

from cds_service.terminology.routes import LOCAL_ROUTES, ROUTES, route_of_snomed, routes_in


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("metformin 500 MG Oral Tablet", {"oral"}),
        ("nitroglycerin SL", {"oral"}),
        ("ceftriaxone 1 g IV or IM", {"injection"}),
        ("timolol 0.5% eye drops", {"ophthalmic"}),
        ("betaxolol 0.25% 1 drop ou bid", {"ophthalmic"}),
        ("latanoprost 1 gtt os qhs", {"ophthalmic"}),
        ("Combigan 1 bid", {"ophthalmic"}),
        ("vitamin D 5 drops per os daily", set()),
        ("cholecalciferol 1 drop od", set()),
        ("prednisolone ou", set()),
        ("fluticasone nasal spray", {"nasal"}),
        ("albuterol HFA 2 puffs", {"inhaled"}),
        ("fentanyl patch", {"transdermal"}),
        ("erythromycin ointment to both eyes", {"topical", "ophthalmic"}),
        ("diclofenac gel", {"topical"}),
        ("ibuprofen 200 mg gel cap", {"oral"}),
        ("ibuprofen liqui-gels", {"oral"}),
        ("ibuprofen softgels", {"oral"}),
        ("warfarin 5", set()),
        ("", set()),
    ],
)
def test_the_words_of_an_order_state_its_route(text: str, routes: set[str]) -> None:
    assert routes_in(text) == routes


@pytest.mark.parametrize("text", ["capable", "eyebright", "forgel", "teargas", "scim"])
def test_a_route_is_never_found_inside_a_word(text: str) -> None:
    assert routes_in(text) == frozenset()


def test_a_snomed_code_outside_the_list_is_not_guessed() -> None:
    assert route_of_snomed("26643006") == "oral" and route_of_snomed("0") is None


def test_local_routes_are_routes() -> None:
    assert LOCAL_ROUTES < ROUTES


def test_an_intrauterine_system_and_an_implant_are_not_taken_by_mouth() -> None:
    assert routes_in("Mirena 52 MG Intrauterine System") == {"intrauterine"}
    assert routes_in("levonorgestrel 19.5 mg IUD") == {"intrauterine"}
    assert routes_in("Nexplanon 68 MG Drug Implant") == {"implant"}


def test_inhalers_are_known_by_their_brands_and_by_drugs_that_are_only_inhaled() -> None:
    assert routes_in("Symbicort 160/4.5 bid") == routes_in("tiotropium 18 mcg daily") == {"inhaled"}
