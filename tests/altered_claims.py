"""Claims over every row of the shipped tables, as they are and altered: what the verifier refuses and accepts.

`python -m tests.altered_claims` prints the rates. Altered are: a drug exchanged for another, a figure changed, a unit
changed, a negation left out or put in, a direction turned round. Each in words that a source says (strictly, as a
writer's sentence is judged) and in the concern of a finding (as a template).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from cds_service.claims import disagreements
from cds_service.claims.opposites import NEGATIONS, POLES, QUIET
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage, passages_of
from cds_service.knowledge.rows import Graded

OTHER_DRUGS = ("isoniazid", "latanoprost", "mesalamine", "terbinafine")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\.?\w)")
_DOSE = re.compile(r"(\d)\s?(mg|mcg|g|days?|weeks?|hours?|months?)\b")
_OTHER_UNIT = {"mg": "mcg", "mcg": "mg", "g": "mg", "day": "week", "week": "day", "hour": "day", "month": "week"}
# One word of the other pole that goes where the word went.
_TURNED = {
    "raises": "lowers", "raise": "lower", "raised": "lowered", "increases": "reduces", "increase": "reduce",
    "increased": "reduced", "higher": "lower", "lowers": "raises", "lower": "higher", "reduces": "increases",
    "reduce": "increase", "reduced": "increased", "above": "below", "below": "above", "before": "after",
    "after": "before", "avoid": "use", "stop": "start", "start": "stop", "contraindicated": "recommended",
    "contraindicates": "recommends", "recommends": "contraindicates", "more": "less", "less": "more",
    "under": "over", "over": "under", "strong": "weak", "severe": "mild", "falls": "rises", "maximum": "minimum",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A sentence with its ground. `how`: what was altered, or "unaltered"."""

    how: str
    kind: str
    text: str
    grounds: tuple[str, ...]


def cases(knowledge: Knowledge, every: int = 1) -> Iterator[Case]:
    """Of every cited row: what its source says, what it asks to do, and the concern, each as it is and altered."""
    chance = random.Random(7)
    for passage in islice(passages_of(knowledge), 0, None, every):
        row = knowledge.cited[passage.id]
        grounds = (passage.title, passage.text)
        yield from _of("source", passage.text, grounds, knowledge, chance)
        if isinstance(row, Graded):
            yield from _of("advice", row.management, (*grounds, row.summary, row.management), knowledge, chance)
            concern = f"{_plain(passage)}: {row.summary}"
            yield from _of("concern", concern, (*grounds, row.summary), knowledge, chance)


def _plain(passage: Passage) -> str:
    return passage.title.split(":")[0]


def _of(kind: str, text: str, grounds: tuple[str, ...], knowledge: Knowledge, chance: random.Random) -> Iterator[Case]:
    if not text.strip():
        return
    yield Case("unaltered", kind, text, grounds)
    lexicon = knowledge.vocabulary.lexicon
    mentions = [one for one in lexicon.find(text) if one.certain]
    if mentions:
        one, other = chance.choice(mentions), chance.choice(OTHER_DRUGS)
        yield Case("drug swapped", kind, text[: one.span[0]] + other + text[one.span[1] :], grounds)
    outside = [one for one in _NUMBER.finditer(text) if not any(m.span[0] <= one.start() < m.span[1] for m in mentions)]
    if outside:
        found = chance.choice(outside)
        changed = str(chance.choice([n for n in range(1, 3000) if str(n) not in " ".join(grounds)]))
        yield Case("number changed", kind, text[: found.start()] + changed + text[found.end() :], grounds)
    if dose := _DOSE.search(text):
        unit = _OTHER_UNIT[dose[2].removesuffix("s") if dose[2] != "mg" else "mg"]
        yield Case("unit changed", kind, text[: dose.start(2)] + unit + text[dose.end(2) :], grounds)
    yield from _negated(kind, text, grounds, chance)


def _negated(kind: str, text: str, grounds: tuple[str, ...], chance: random.Random) -> Iterator[Case]:
    words = list(_WORD.finditer(text))
    if dropped := [one for one in words if one[0].lower() in ("not", "no", "never")]:
        one = chance.choice(dropped)
        yield Case("negation dropped", kind, text[: one.start()] + text[one.end() :].lstrip(), grounds)
    verbs = [one for one in words if one[0].lower() in _TURNED and one[0].lower() not in QUIET | NEGATIONS]
    if verbs:
        one = chance.choice(verbs)
        turned = _TURNED[one[0].lower()]
        assert POLES[turned] != POLES[one[0].lower()]
        yield Case("direction reversed", kind, text[: one.start()] + turned + text[one.end() :], grounds)
        if one[0].lower() in ("raises", "increases", "lowers", "reduces", "recommends", "contraindicates"):
            yield Case("negation added", kind, text[: one.start()] + f"never {one[0]}" + text[one.end() :], grounds)


def refused(case: Case, knowledge: Knowledge) -> bool:
    lexicon = knowledge.vocabulary.lexicon
    return bool(disagreements(case.text, case.grounds, lexicon, template=case.kind == "concern"))


def rates(knowledge: Knowledge, wrong: list[Case] | None = None, every: int = 1) -> dict[str, tuple[int, float]]:
    """Of each alteration and of what was left as it is: how many there were, and the share that was refused."""
    seen: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for case in cases(knowledge, every):
        is_refused = refused(case, knowledge)
        if wrong is not None and is_refused == (case.how == "unaltered"):
            wrong.append(case)
        for name in (case.how, "all altered") if case.how != "unaltered" else (case.how,):
            seen[name] += 1
            hit[name] += is_refused
    return {name: (count, hit[name] / count) for name, count in seen.items()}


def main() -> None:
    from tests.charts import knowledge

    wrong: list[Case] = []
    for name, (count, share) in sorted(rates(knowledge(), wrong).items()):
        print(f"{name:<20} {count:>6}   refused {share:.4f}")
    for case in random.Random(1).sample(wrong, min(len(wrong), 30)):
        print(f"not as it should be: {case.how}, {case.kind}: {case.text!r} on {case.grounds}")


if __name__ == "__main__":
    main()
