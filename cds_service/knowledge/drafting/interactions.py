"""A label's sentence that names another ingredient -> a drafted interaction."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.knowledge.drafting import Kind, Sentence, grave
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.knowledge.knowledge import Knowledge
from cds_service.terminology.laboratory_tests import is_in_a_test

COLUMNS = tuple(
    """id a b harm display action summary mechanism management monitor routes washout_days when alternatives source
    locator supports review""".split()  # noqa: SIM905
)
_ACTIONS = {"contraindicated": "avoid", "major": "avoid", "moderate": "monitor"}
_NOTHING = ("no clinically", "not expected", "did not affect", "no effect", "no significant", "not affected")


def draft(sentence: Sentence, knowledge: Knowledge) -> Iterator[dict[str, str]]:
    """One for each other ingredient that no row of ours joins with the label's."""
    if any(words in sentence.text.lower() for words in _NOTHING):
        return
    harm, display = grave("contraindicated" if sentence.section == "contraindications" else sentence.text)
    found = knowledge.names.lexicon.find(sentence.text)
    named = (one for one in found if one.certain and not is_in_a_test(sentence.text, one.span[1]))
    for rxcui in dict.fromkeys(rxcui for one in named if len(one.rxcuis) == 1 for rxcui in one.rxcuis):
        other = knowledge.names.drugs[rxcui]
        if other == sentence.drug or interactions_between(knowledge, sentence.drug, other):
            continue
        yield {
            "a": sentence.drug.name,
            "b": other.name,
            "harm": harm,
            "display": display,
            "action": _ACTIONS[harm],
            "summary": f"the label of {sentence.drug.name} warns of {other.name}",
            "management": "Read what the label says and weigh it.",
        }


KIND = Kind(Interaction.table, COLUMNS, frozenset({"drug_interactions", "contraindications"}), draft)
