"""The reasons that the feedback form offers: a short list of our own, then the HL7 non-adherence reasons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

OUR_GROUP = "About this evidence"


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """{group: {code: display}} as the form offers them, ours first."""
    table = yaml.safe_load(resources.files(__package__).joinpath("reasons.yaml").read_text("utf-8"))
    return {OUR_GROUP: table["ours"], **table["hl7"]}


@cache
def reason_displays() -> Mapping[str, str]:
    return {code: display for group in reasons().values() for code, display in group.items()}
