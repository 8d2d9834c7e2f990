"""Rows about a class reach every drug of it; drugs that act like a class without being in it have their own rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.knowledge.names import CLASS
from tests.charts import knowledge

ROWS = knowledge().all(Interaction)
NAMES, DRUGS = knowledge().names.by_name, knowledge().names.drugs
# Of FDA's lists of drugs that change enzymes (healthcare professionals' tables), those that drugs.csv has.
OF_ENZYMES: Mapping[str, str] = {
    "cyp3a4-strong-inhibitor": (
        "adagrasib atazanavir ceritinib clarithromycin cobicistat darunavir fosamprenavir idelalisib indinavir "
        "itraconazole ketoconazole lopinavir nefazodone nelfinavir posaconazole ribociclib ritonavir saquinavir "
        "telithromycin tipranavir tucatinib voriconazole"
    ),
    "cyp3a4-moderate-inhibitor": (
        "aprepitant crizotinib diltiazem dronedarone duvelisib erythromycin fluconazole fosaprepitant imatinib "
        "isavuconazole lefamulin letermovir nilotinib verapamil"
    ),
    "cyp3a4-strong-inducer": "apalutamide carbamazepine enzalutamide ivosidenib mitotane phenytoin rifampin",
    "cyp3a4-moderate-inducer": (
        "bosentan cenobamate dabrafenib efavirenz etravirine lorlatinib modafinil nafcillin rifabutin sotorasib"
    ),
    "cyp2d6-strong-inhibitor": "bupropion dacomitinib fluoxetine paroxetine quinidine terbinafine",
    "cyp1a2-strong-inhibitor": "ciprofloxacin enoxacin fluvoxamine",
    "cyp1a2-other-inhibitor": "capmatinib cimetidine methoxsalen mexiletine rucaparib vemurafenib zileuton",
}
# Drugs that inhibit MAO without being of the class, and what may meet them although labels contraindicate it with the
# class: those labels do not speak of these inhibitors.
MAO = {"class:maoi", "class:maoi-nonselective"}
UNLIKE_THE_CLASS: Mapping[str, frozenset[str]] = {
    "procarbazine": frozenset({"carbamazepine", "opicapone"}),
    "linezolid": frozenset({"carbamazepine", "deutetrabenazine", "opicapone", "tetrabenazine"}),
    "methylene blue": frozenset(
        {"carbamazepine", "deutetrabenazine", "opicapone", "tetrabenazine", "ozanimod"}
        # What raises blood pressure, against some doses in a hospital, and opioids that do not raise serotonin.
        | {"atomoxetine", "sibutramine", "solriamfetol", "viloxazine", "benzphetamine", "diethylpropion", "ephedrine"}
        | {"phendimetrazine", "phentermine", "phenylephrine", "pseudoephedrine", "alfentanil", "buprenorphine"}
        | {
            "benzhydrocodone",
            "butorphanol",
            "codeine",
            "dextromoramide",
            "dezocine",
            "dihydrocodeine",
            "dipipanone",
            "hydrocodone",
        }
        | {"hydromorphone", "levorphanol", "meptazinol", "morphine", "nalbuphine", "oliceridine", "opium", "oxycodone"}
        | {"oxymorphone", "papaveretum", "pentazocine", "propoxyphene", "remifentanil", "sufentanil"}
    ),
}


@cache
def members(key: str) -> tuple[str, ...]:
    if not key.startswith(CLASS):
        return (key,)
    return tuple(rxcui for rxcui in DRUGS if key in knowledge().names.keys_of(rxcui))


def rules(one: str, other: str) -> set[str]:
    return {row.id for row in interactions_between(knowledge(), DRUGS[one], DRUGS[other])}


OF_CLASSES = [row for row in ROWS if CLASS in row.a[: len(CLASS)] or CLASS in row.b[: len(CLASS)]]


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_row_about_a_class_reaches_every_member(side: str) -> None:
    missed = []
    for row in OF_CLASSES:
        mine, other = (row.a, row.b) if side == "a" else (row.b, row.a)
        assert members(mine) and members(other), f"{row.id}: a class without members"
        for one in members(mine):
            partner = next((rxcui for rxcui in members(other) if rxcui != one), None)
            if partner and row.id not in rules(one, partner):
                missed.append(f"{row.id}: {DRUGS[one].name}")
    assert missed == []


@pytest.mark.parametrize("name", OF_ENZYMES)
def test_a_class_of_enzymes_holds_the_drugs_that_fda_lists(name: str) -> None:
    held = {DRUGS[rxcui].name for rxcui in members(f"{CLASS}{name}")}
    assert set(OF_ENZYMES[name].split()) - held == set()


@pytest.mark.parametrize("inhibitor", UNLIKE_THE_CLASS)
def test_what_must_not_meet_an_mao_inhibitor_does_not_meet_one_outside_the_class(inhibitor: str) -> None:
    """Serotonergic and sympathomimetic drugs that a label contraindicates with the whole class."""
    words = ("serotonin", "blood pressure", "hypertensive")
    partners = {
        rxcui
        for row in ROWS
        if MAO & {row.a, row.b} and row.harm == "contraindicated" and any(word in row.summary for word in words)
        for rxcui in members(row.b if row.a in MAO else row.a)
    }
    own = NAMES[inhibitor]
    missed = {DRUGS[one].name for one in partners if one != own and not rules(one, own)}
    assert missed - UNLIKE_THE_CLASS[inhibitor] == set()
    assert UNLIKE_THE_CLASS[inhibitor] <= {DRUGS[one].name for one in partners}, "an exception that is none"
