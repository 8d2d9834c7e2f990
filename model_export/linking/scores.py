"""How good links are: exact, abstained, wrong and accepted non-drugs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cds_service.models.drug_candidates import Rxcuis


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text means and what was answered; `meant` is None when nobody said, empty when it names no drug."""

    meant: Rxcuis | None
    answered: Rxcuis
    abstained: bool


def score(answers: Sequence[Answer]) -> dict[str, float | int]:
    """Shares: `exact` and `abstained` over rows that name a drug, `wrong` over all rows (an accepted non-drug is
    wrong), `accepted_non_drugs` over rows that name none. Rows without a gold answer count in `n` alone."""
    judged = [answer for answer in answers if answer.meant is not None]
    drugs = [answer for answer in judged if answer.meant]
    others = [answer for answer in judged if not answer.meant]
    shares = {
        "exact": _share(not answer.abstained and _right(answer) for answer in drugs),
        "abstained": _share(answer.abstained for answer in drugs),
        "wrong": _share(not answer.abstained and not _right(answer) for answer in judged),
        "accepted_non_drugs": _share(not answer.abstained for answer in others),
    }
    return {"n": len(answers), **(shares if judged else {})}


def _right(answer: Answer) -> bool:
    return set(answer.answered) == set(answer.meant or ())


def _share(found: Iterable[bool]) -> float:
    flags = list(found)
    return round(sum(flags) / len(flags), 4) if flags else 0.0
