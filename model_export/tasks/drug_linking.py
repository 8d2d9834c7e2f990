"""The drug linker: trained on generated misspellings, thresholds chosen on families that it was not trained on.

`evaluate` reads a table of medication strings in the serving environment: the exact lexicon first, then the linker, as
the service does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from cds_service.models.drug_candidates import Rxcuis
from cds_service.models.drug_linker import NAME
from model_export.linking.data import examples, lexicon_names, world
from model_export.linking.misspellings import CALIBRATION, REPORTED
from model_export.linking.scores import score
from model_export.linking.training import MARGIN, VERSION, HeldOut, answers, learnt_from, reliability
from model_export.linking.wordlists import COMMON_WORDS, OTHER_DRUGS
from model_export.making.manifest import Release, publish
from model_export.task import WEIGHTS, Evaluation, Rows, Score, Task

_SEED = 2026
_DATA = (
    "generated misspellings of the lexicon's own names; other drugs' names from RxNorm 2014; words of MedQuAD, "
    "MTS-Dialog and aci-bench (CC BY 4.0), of PubMedQA (MIT) and our own"
)
_TEXTS, _HELD_OUT, _REPORTED, _LEFT_OUT = 18_000, 6000, 1600, 400
_OUTSIDE = (0.04, 0.08, 0.16)  # shares of the ingredients put out of the lexicon: there will be drugs that it lacks


def train(weights: Path) -> None:
    """Fit, calibrate, choose the threshold, measure, publish. Raises TaskFailed when no threshold is safe enough."""
    dice = Random(_SEED)  # noqa: S311 - a reproducible choice of examples, nothing secret
    names = lexicon_names()
    drugs, words = ((WEIGHTS / file).read_text("utf-8").split() for file in (OTHER_DRUGS, COMMON_WORDS))
    worlds = [world(names, drugs, words, dice, outside=share) for share in _OUTSIDE]
    learnt = learnt_from(worlds, _TEXTS, dice)
    held = HeldOut.of(world(names, drugs, words, dice, outside=_OUTSIDE[0]), _HELD_OUT, dice)
    model = held.network(learnt)
    accept = held.threshold(model)
    linker = held.linker(model, accept)
    reported = {
        family: score(answers(linker, examples(held.around, {family: slip}, _REPORTED, dice)))
        for family, slip in REPORTED.items()
    }
    details = {
        "left_out": held.left_out(learnt, model, accept, _LEFT_OUT, dice),
        "reliability": reliability(linker, examples(held.around, {**CALIBRATION, **REPORTED}, _REPORTED, dice)),
    }
    _publish(model, weights, _data(names), accept, reported, details)


def _data(names: Sequence[tuple[str, Rxcuis]]) -> str:
    """What it was made of; the digest tells whether the lexicon has changed since."""
    digest = sha256(repr(names).encode()).hexdigest()[:12]
    return f"{_DATA}; the lexicon had {len(names)} names (digest {digest})"


def _publish(
    model: bytes, weights: Path, data: str, accept: float, scores: Mapping[str, Score], details: Mapping[str, Rows]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drug-linker.onnx"
        path.write_bytes(model)
        parts = {
            "model": (path, path.name),
            "other-drugs": (WEIGHTS / OTHER_DRUGS, OTHER_DRUGS),
            "words": (WEIGHTS / COMMON_WORDS, COMMON_WORDS),
        }
        release = Release(
            model=NAME,
            version=VERSION,
            parts=parts,
            data=data,
            licence="Apache-2.0",
            scores={"fp32": scores, "int8": None},
            thresholds={"accept": accept, "margin": MARGIN},
            details=details,
            made_with=("torch", "onnx", "onnxruntime", "numpy", "rapidfuzz"),
        )
        publish(release, weights)


def compare(weights: Path) -> Mapping[str, Score]:
    """With and without the linker, in the serving environment; see linking.comparison."""
    from model_export.linking.comparison import compare as compared

    return compared(weights)


def tables(weights: Path) -> Mapping[str, Rows]:
    """Subgroups and errors of the same texts; see linking.comparison."""
    from model_export.linking.comparison import tables as measured

    return measured(weights)


def evaluate(asked: Evaluation) -> Score:
    """Measure exact lexicon and linker together, in the serving environment; see linking.evaluation."""
    # Needs the whole serving environment, which the export environment that trains is not.
    from model_export.linking.evaluation import evaluate_table

    return evaluate_table(asked.data, asked.predictions)


TASK = Task(
    name="drug-linking",
    model=NAME,
    train=train,
    evaluate=evaluate,
    compare=compare,
    tables=tables,
    tolerance=0.02,  # a lexicon that has grown, or a change of the search, moves the shares
    card={
        "title": "Drug linker",
        "form": "network of 36-48-24-1 over string features of spelling candidates, fp32 ONNX "
        "(with 3,000 weights int8 would save nothing)",
        "intended_use": "Reads a misspelt drug name in an order in which the exact lexicon found nothing. What it "
        "reads may add a concern or a question and is shown as read; it never counts as coded and never removes a "
        "concern.",
        "output": "The ingredients that a misspelt name means, the words that they were read from, and a probability; "
        "or "
        "that it cannot say, with the nearest names.",
        "kind": "Classification.",
        "attributes": {
            "Q19": "Anyone for whom an order is typed. The model sees the words of the order and nothing about the "
            "patient.",
            "Q27": "The orders are generated from templates of how orders are typed; they are not real orders.",
            "Q28": "Nothing about a patient goes in, so that the same text is read alike for everyone.",
            "Q30": "335 medication strings of an EHR that were published with a study of 2012; used for measuring "
            "alone.",
            "Q31": "The project itself; nobody outside has validated it.",
            "Q33": "`model_export evaluate drug-linking`: each string as the text of an order, read as the service "
            "reads it, "
            "and compared with the RxNorm ingredients that the study gave.",
            "Q34": "On generated misspellings of kinds that it was not fitted on, and with each kind left out in turn; "
            "the figures stand under Measured and in the tables.",
            "Q35": "Information not available for patients: the texts carry none. By kind and length of the name and "
            "by what was done to it: the table of subgroups.",
        },
        "users": "Clinicians who write orders; the card says which word was read as what.",
        "out_of_scope": "Names spelt right (the lexicon's work), drugs outside the lexicon, whole notes, other "
        "languages, doses.",
        "training": "Names of the lexicon put through keyboard slips, omissions, doublings, transpositions, vowel "
        "changes, phonetic spellings, pairs of slips, spaces lost or put in, syllables lost or doubled and sound with "
        "finger slips, in order-like texts; in some of them a second misspelt drug stands beside the first (12 %) or a "
        "further word is misspelt (15 %). Half of the texts name no lexicon drug: other "
        "drugs, their misspellings, words of notes and orders, blends of two look-alike names. The lexicon has "
        "nearly every drug, so 4 to 16 % of its ingredients were put out of it. Half of the drugs outside and a fifth "
        "of the other words were hidden from the search. Calibration and threshold rest on insertions and wrong "
        "endings in a world that was not learnt from; scores are on letters that look like others (rn for m) and on "
        "two slips at places apart.",
        "limits": [
            "Generated slips are not real ones; the real rate of each kind is not known.",
            "A drug that neither the lexicon nor the list of other drugs knows can be read as its nearest neighbour.",
            "Names shorter than four letters are not linked; a number in a name must be right, and so must a "
            "letter that is a word of its own at its end (insulin r).",
            "A kind of slip that is left out of the training is read less often, hardly more wrongly (syllables: 0.013 "
            "for 0.010); by 0.05 or more: keyboard (0.05), omission (0.08), transposition (0.06), two slips (0.11), "
            "spacing (0.15), syllable (0.30), sound and finger (0.13). What it has not seen it is unsure of and leaves "
            "unread; no text that was typed is among what it has seen, so expect figures nearer to those. Without "
            "spellings between two drugs in the training it takes more of these for one of them: a blend of two (0.06)"
            ".",
            "Probabilities under 0.6 are up to 0.17 apart from how often the likeliest name is right (slips of unlike "
            "kinds, few texts); nothing is answered below 0.65.",
            "Single slips in names of one word are read less often than by the nearest spelling alone (0.983, 0.988), "
            "and less often wrongly.",
            "Of drugs that no list has, spelt right, two to seven in a hundred are read as a neighbour in the lexicon.",
            "Names of more than three words are looked for in orders of at most 16 words.",
            "No patient data goes in; subgroups of patients do not apply. Subgroups of writers were not measured.",
        ],
    },
)
