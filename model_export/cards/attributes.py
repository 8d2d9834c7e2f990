"""The 31 source attributes of a predictive intervention that US certification asks for, in plain words.

45 CFR 170.315(b)(11)(iv)(B), numbered Q14 to Q44 as the conformance checklist numbers them. What a model's card does
not answer, and no answer holds for all our models, is said to be not available; nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNAVAILABLE = "Information not available."
_SITE = "Information not available: no site has reported any. "
ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "Q14": ("Details and output", "Developer and contact"),
    "Q15": ("Details and output", "Funding of the technical build"),
    "Q16": ("Details and output", "Value that is output"),
    "Q17": ("Details and output", "Kind of output"),
    "Q18": ("Purpose", "Intended use"),
    "Q19": ("Purpose", "Intended patients"),
    "Q20": ("Purpose", "Intended users"),
    "Q21": ("Purpose", "Intended role in decisions"),
    "Q22": ("Cautions", "Not for"),
    "Q23": ("Cautions", "Known risks and limits"),
    "Q24": ("Development", "What went into the training data, and what was left out"),
    "Q25": (
        "Development",
        "Use of race, ethnicity, language, sexual orientation, gender identity, sex, date of birth, social "
        "determinants and health status as inputs",
    ),
    "Q26": ("Development", "How representative the training data is over those variables"),
    "Q27": ("Development", "How the training data relates to where the model is used"),
    "Q28": ("Fairness in development", "What was done so that the output is fair"),
    "Q29": ("Fairness in development", "How bias is managed, reduced or removed"),
    "Q30": ("External validation", "Data, setting or environment"),
    "Q31": ("External validation", "Who ran it"),
    "Q32": ("External validation", "How representative that data is over those variables"),
    "Q33": ("External validation", "How it was done"),
    "Q34": ("Performance", "Validity on data of the same source"),
    "Q35": ("Performance", "Fairness on data of the same source"),
    "Q36": ("Performance", "Validity on data of another source"),
    "Q37": ("Performance", "Fairness on data of another source"),
    "Q38": ("Performance", "Evaluations of outcomes"),
    "Q39": ("Maintenance", "How and how often validity is monitored"),
    "Q40": ("Maintenance", "Validity on local data"),
    "Q41": ("Maintenance", "How and how often fairness is monitored"),
    "Q42": ("Maintenance", "Fairness on local data"),
    "Q43": ("Update schedule", "How and how often the model is updated"),
    "Q44": ("Update schedule", "How often performance is corrected once a risk is found"),
}
# What holds for every model that is made here; a card may say more.
_FOR_ALL = {
    "Q14": "The Countersign project; the issue tracker of its repository is the way to reach it.",
    "Q21": "Informs: what the model gives is shown as read by a model, a rule with a source decides what is said about "
    "it, and a clinician chooses.",
    "Q25": "None of these is an input of its own. The text that is read may mention any of them.",
    "Q26": "Information not available: the training texts carry no such labels.",
    "Q29": "Whatever the model is unsure of is left unread and said to be unread, for every patient alike.",
    "Q32": "Information not available: the texts carry no such labels.",
    "Q35": "Information not available: the texts carry no labels of patients.",
    "Q37": "Information not available: the texts carry no labels of patients.",
    "Q39": "At each release, by `make evaluate`. Between releases a site counts accepted and overridden cards.",
    "Q40": _SITE + "A site measures with `model_export evaluate` on a table of its own.",
    "Q42": _SITE.strip(),
    "Q43": "With a release, when a measured gain justifies it; weights never change between releases.",
    "Q44": "With the next release; a site can take the model's file away at once, and the service says what it then "
    "cannot do.",
}
# Where the card's own fields are the answer.
_FROM_CARD = {"Q16": "output", "Q17": "kind", "Q18": "intended_use", "Q20": "users", "Q22": "out_of_scope"}


def source_attributes(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every attribute in its order as {id, group, name, value}. `card` has the fields of a task's card, joined with the
    manifest's entry; its `attributes` answer by number what no field of it answers."""
    own = card.get("attributes", {})
    if unknown := sorted(own.keys() - ATTRIBUTES.keys()):
        raise ValueError(f"{card.get('title')}: no source attribute is numbered {', '.join(unknown)}")
    answers = {**_FOR_ALL, **_from_fields(card), **own}
    return [
        {"id": number, "group": group, "name": name, "value": answers.get(number, UNAVAILABLE)}
        for number, (group, name) in ATTRIBUTES.items()
    ]


def _from_fields(card: Mapping[str, Any]) -> dict[str, str]:
    found = {number: str(card[field]) for number, field in _FROM_CARD.items() if card.get(field)}
    found["Q23"] = " ".join(card["limits"])
    found["Q24"] = f"{card['training']} Data: {card['data']}"
    if card.get("evaluations"):
        found["Q36"] = f"As measured on {', '.join(card['evaluations'])}; the figures stand under Measured."
    return found
