"""The sets of `sets/`: many short cases, a line each, whose expected answer was written down before they were run.

They say less than a vignette and have no twin: what interrupts, and what must not. Not pharmacist-adjudicated.
`python -m tests.acceptance.sets [SET ...]` asks them of the service and prints what is not as it was written.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.cases import ORDER, Vignette
from tests.cds_client import CdsClient, Reply
from tests.hook_calls import Resource

SETS = Path(__file__).with_name("sets")
LOUD = ("warning", "critical")
PAIRS = ("drug-interaction", "qt-prolongation", "opioid-load")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One call, and what is wrong with its answer."""

    name: str
    body: Resource
    faults: Callable[[Reply], list[str]]


def charts() -> Iterator[Case]:
    """Nothing about the order interrupts, but for the topics that the case says."""
    page = yaml.safe_load((SETS / "charts.yaml").read_text("utf-8"))
    for row in page["cases"]:
        expected = row.get("warns", {})
        patient = {"age": row["age"], "sex": row.get("sex", "male"), **row.get("patient", {})}
        members = {**row, "patient": patient, "medications": row["taking"].split("; ")}

        def faults(reply: Reply, expected: Row = expected) -> list[str]:
            loud = {card["source"]["topic"]["code"]: card["summary"] for card in loud_cards(reply)}
            return [f"{topic}: {said}" for topic, said in loud.items() if topic not in expected]

        yield Case(f"{row['about']}: {row['order']}", _body(members), faults)


def interactions() -> Iterator[Case]:
    """Each pair interrupts, whichever of the two is ordered."""
    for row in _rows("interactions"):
        for taking, order in ((row["one"], row["other"]), (row["other"], row["one"])):
            members = {"medications": [taking], "order": order}
            yield Case(f"on {taking}, ordered {order} ({row['why']})", _body(members), _interrupts)


def harmless() -> Iterator[Case]:
    """Neither interrupts about the pair, whichever of the two is ordered."""
    for row in _rows("harmless"):
        for taking, order in ((row["taking"], row["order"]), (row["order"], row["taking"])):
            members = {"medications": [taking], "order": order}
            yield Case(f"on {taking}, ordered {order} ({row['why']})", _body(members), _is_quiet)


def names() -> Iterator[Case]:
    """What is not known is said so, and never taken for another drug; `is` names what our tables do cover."""
    for row in _rows("names"):
        check = _Means(row["is"]) if row["is"] else _is_named
        yield Case(f"{row['order']} ({row['why']})", _body({"order": row["order"]}), check)


def allergies() -> Iterator[Case]:
    for row in _rows("allergies"):
        more = dict(part.split("=") for part in row["members"].split())
        given = {"text": row["allergy"], **({"reaction": row["reaction"]} if row["reaction"] else {}), **more}
        members = {"allergies": [given], "order": row["order"]}
        name = f"{row['allergy']}, {row['reaction']} {row['members']}: {row['order']} ({row['why']})"
        yield Case(name, _body(members), _Shown("drug-allergy", row["expect"]))


def duplicates() -> Iterator[Case]:
    for row in _rows("duplicates"):
        members = {"medications": [row["taking"]], "order": row["order"]}
        name = f"on {row['taking']}, ordered {row['order']} ({row['why']})"
        yield Case(name, _body(members), _Shown("duplicate-therapy", row["expect"]))


def orders() -> Iterator[Case]:
    """Whole orders: the topic that has to be shown, at least as it says, and with `quiet` nothing louder than
    information; without one nothing interrupts."""
    page = yaml.safe_load((SETS / "orders.yaml").read_text("utf-8"))
    for row in page["cases"]:
        patient = {"age": row.get("age", 52), "sex": row.get("sex", "male"), **row.get("patient", {})}
        taking = row.get("taking", [])
        taking = taking.split("; ") if isinstance(taking, str) else taking
        body = _body({**row, "patient": patient, "medications": taking})
        yield Case(
            f"{row['order']} ({row.get('must', 'quiet')})", body, _Must(row.get("must", ""), row.get("quiet", False))
        )


ALL: Mapping[str, Callable[[], Iterator[Case]]] = {
    one.__name__: one for one in (charts, interactions, harmless, names, allergies, duplicates, orders)
}


@dataclass(frozen=True)
class _Shown:
    """What a topic must show: at least an indicator, `named` (any card), `quiet` (none loud), `silent` (none)."""

    topic: str
    expected: str

    def __call__(self, reply: Reply) -> list[str]:
        shown = {card["indicator"] for card in reply.cards if card["source"]["topic"]["code"] == self.topic}
        right = {
            "critical": "critical" in shown,
            "warning": bool(shown & set(LOUD)),
            "loud": bool(shown & set(LOUD)),
            "info": shown == {"info"},
            "named": bool(shown),
            "quiet": not shown & set(LOUD),
            "silent": not shown,
        }[self.expected]
        return [] if right else [f"wanted {self.expected}, got {_short(reply)}"]


@dataclass(frozen=True)
class _Must:
    """`least` is an indicator and the topics, one of which must show it or a louder one: "warning age|drug-disease".
    Without one, and with `quiet`, nothing interrupts."""

    least: str
    quiet: bool

    def __call__(self, reply: Reply) -> list[str]:
        loud = _is_quiet(reply) if self.quiet or not self.least else []
        return [*loud, *self._shown(reply)] if self.least else loud

    def _shown(self, reply: Reply) -> list[str]:
        indicator, _, topics = self.least.partition(" ")
        shown = [card["indicator"] for card in reply.cards if card["source"]["topic"]["code"] in topics.split("|")]
        loud = any(ORDER.index(one) >= ORDER.index(indicator) for one in shown)
        return [] if loud else [f"wanted {self.least}, got {_short(reply)}"]


@dataclass(frozen=True)
class _Means:
    """What is not assessed is said of this drug and of no other."""

    drug: str

    def __call__(self, reply: Reply) -> list[str]:
        said = [note for note in reply.not_assessed if self.drug not in note]
        return [f"wanted {self.drug}, got {_short(reply)}"] if said or not reply.not_assessed else []


def _interrupts(reply: Reply) -> list[str]:
    loud = [card for card in loud_cards(reply) if card["source"]["topic"]["code"] in PAIRS]
    return [] if loud else [f"not interrupted: {_short(reply)}"]


def _is_quiet(reply: Reply) -> list[str]:
    return [f"{card['source']['topic']['code']}: {card['summary']}" for card in loud_cards(reply)]


def _is_named(reply: Reply) -> list[str]:
    topics = [card["source"]["topic"]["code"] for card in reply.cards]
    return [] if topics == ["not-assessed"] else [f"wanted to be named, got {_short(reply)}"]


def loud_cards(reply: Reply) -> list[dict[str, Any]]:
    return [card for card in reply.cards if card["indicator"] in LOUD]


def _short(reply: Reply) -> str:
    shown = [f"{card['indicator']} {card['source']['topic']['code']}: {card['summary']}" for card in reply.cards]
    return "; ".join(shown) or f"no card; not assessed: {reply.not_assessed}"


def _body(members: Row) -> Resource:
    return Vignette("", frozenset(), "", members).body


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SETS / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def faults_of(service: CdsClient, name: str) -> list[str]:
    """What is not as it was written, a line for each case of a set."""
    asked = ((case, case.faults(service.ask(case.body))) for case in ALL[name]())
    return [f"{case.name}: {'; '.join(found)}" for case, found in asked if found]


def main() -> None:
    from tests.bench.quiet import quiet_service

    with quiet_service() as service:
        for name in sys.argv[1:] or ALL:
            found = faults_of(service, name)
            print(f"{name}: {len(list(ALL[name]()))} calls, {len(found)} not as written", *found, sep="\n  ")


if __name__ == "__main__":
    main()
