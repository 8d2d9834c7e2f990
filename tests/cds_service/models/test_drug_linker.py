"""The drug linker as shipped, on a small lexicon of its own: what it reads, and where it holds back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from cds_service.errors import ModelRefused
from cds_service.models import WEIGHTS
from cds_service.models.drug_candidates import CandidateSearch
from cds_service.models.drug_features import FEATURES, features
from cds_service.models.drug_linker import DrugLinker
from cds_service.models.manifest import WeightsFolder

NAMES = [
    ("metformin", ("6809",)),
    ("glucophage", ("6809",)),
    ("hydroxyzine", ("5553",)),
    ("hydralazine", ("5470",)),
    ("lisinopril", ("29046",)),
    ("beclomethasone dipropionate", ("1347",)),
    ("prednisone", ("8640",)),
    ("folic acid", ("4511",)),
    ("lisinopril hctz", ("29046", "5487")),
    ("warfarin", ("11289",)),
]


@pytest.fixture(scope="module")
def linker() -> DrugLinker:
    return DrugLinker.load(WeightsFolder.open(WEIGHTS), NAMES)


@pytest.mark.parametrize(
    ("text", "meant", "written"),
    [
        ("metforminn 500", "6809", "metforminn"),
        ("take LISINOPROL 10 mg daily", "29046", "LISINOPROL"),
        ("warfrin 5mg", "11289", "warfrin"),
        ("hydroxizine 25", "5553", "hydroxizine"),
        ("hydralazne 50", "5470", "hydralazne"),
        ("met formin 500", "6809", "met formin"),
        ("folicacid 1 mg", "4511", "folicacid"),
    ],
)
def test_a_misspelt_name_is_read_with_its_place(linker: DrugLinker, text: str, meant: str, written: str) -> None:
    link = linker.link(text)
    assert not link.abstained
    assert link.ingredients == (meant,)
    assert text[slice(*link.span)] == written
    assert 0.5 < link.probability <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "500 mg",
        "xqzptl",
        "CBC with differential",
        "blood glucose test strips",
        "compression stockings knee high",
        "prednisolone 5 mg",  # a drug of its own, outside this lexicon
        "betamethasone dipropionate 0.05 % cream",  # shares its salt with a lexicon name
        "dupilumab 300 mg",
        "🙂 ☃ \x00 \ud800",
        "a" * 5000,
    ],
)
def test_what_is_no_misspelt_lexicon_name_is_not_read(linker: DrugLinker, text: str) -> None:
    link = linker.link(text)
    assert link.abstained
    assert link.ingredients == ()
    assert link.name == ""


def test_a_spelling_between_two_look_alikes_is_not_read_as_either(linker: DrugLinker) -> None:
    assert linker.link("hydroxalazine").abstained


def test_two_misspelt_drugs_are_both_read(linker: DrugLinker) -> None:
    link = linker.link("lisnopril and metforminn")
    assert link.ingredients == ("29046", "6809")
    assert link.name == "lisinopril / metformin"


LONGER_NAMES = [
    *NAMES,
    ("advil", ("5640",)),
    ("advil cold", ("5640", "8896")),
    ("levemir", ("139825",)),
    ("levemir flexpen", ("139825",)),
    ("flexgen", ("1",)),
    ("humalog", ("86009",)),
    ("humalog 75/25", ("86009", "2")),
]


@pytest.mark.parametrize("text", ["adivl cold", "Adivl Coold, one daily", "humalohg 75/25"])
def test_a_name_that_goes_on_to_another_drugs_longer_name_is_not_read_as_the_shorter(text: str) -> None:
    link = DrugLinker.load(WeightsFolder.open(WEIGHTS), LONGER_NAMES).link(text)
    assert link.abstained or len(link.ingredients) == 2


@pytest.mark.parametrize(("text", "meant"), [("adivl 200", ("5640",)), ("levemiir flexpen", ("139825",))])
def test_a_word_of_a_longer_name_is_spelt_right_and_no_slip_of_another(text: str, meant: tuple[str, ...]) -> None:
    assert DrugLinker.load(WeightsFolder.open(WEIGHTS), LONGER_NAMES).link(text).ingredients == meant


def test_the_answer_depends_on_the_text_alone(linker: DrugLinker) -> None:
    first = linker.link("metforminn 500")
    linker.link("hydralazne 50")
    assert linker.link("metforminn 500") == first


def test_the_order_of_the_names_is_no_matter(linker: DrugLinker) -> None:
    turned = DrugLinker.load(WeightsFolder.open(WEIGHTS), NAMES[::-1])
    for text in ("metforminn 500", "hydroxizine", "hydroxalazine"):
        assert turned.link(text) == linker.link(text)


def test_without_names_everything_is_unread(tmp_path: Path) -> None:
    assert DrugLinker.load(WeightsFolder.open(WEIGHTS), []).link("metforminn 500").abstained


class Answering:
    """A session that gives the same number for every candidate."""

    def __init__(self, value: float, width: int = len(FEATURES)) -> None:
        self._value, self._width = value, width

    def get_inputs(self) -> list[ort.NodeArg]:
        return [type("Input", (), {"shape": ["candidates", self._width]})()]

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [np.full((len(inputs["features"]), 1), self._value, np.float32)]


def _answering(value: float, **changed: int) -> DrugLinker:
    search = CandidateSearch(NAMES, [], [])
    return DrugLinker(Answering(value, **changed), search, {"accept": 0.5, "margin": 0.1}, "1")  # type: ignore[arg-type]


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_an_answer_that_is_no_probability_abstains_and_shows_none(broken: float) -> None:
    link = _answering(broken).link("metforminn")
    assert (link.abstained, link.probability, link.candidates) == (True, 0.0, ())


def test_equal_runners_up_abstain_and_both_are_shown() -> None:
    link = _answering(3.0).link("hydroxalazine")
    assert link.abstained
    assert {name for name, _, _ in link.candidates} == {"hydroxyzine", "hydralazine"}


def test_weights_made_for_other_features_are_refused() -> None:
    with pytest.raises(ModelRefused, match="features"):
        _answering(0.0, width=3)


def test_missing_thresholds_are_refused() -> None:
    with pytest.raises(ModelRefused, match="thresholds"):
        DrugLinker(Answering(0.0), CandidateSearch(NAMES, [], []), {}, "1")  # type: ignore[arg-type]


def test_features_are_finite_and_as_many_as_they_are_named() -> None:
    text = "hydroxalazine 25 mg"
    rows = features(text, CandidateSearch(NAMES, ["prednisolone"], []).candidates(text))
    assert rows.shape[1] == len(FEATURES)
    assert np.isfinite(rows).all()
    assert features("", ()).shape == (0, len(FEATURES))
