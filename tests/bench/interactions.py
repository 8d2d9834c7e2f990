"""How far the interaction rows reach, and how quiet they are: `python -m tests.bench.interactions [--sample N]`.

Answers in process what `interaction_sets.yaml` asks, the whole way of a hook call: the published high-priority groups
as full cross products of their members, in both directions and as they are written (names, brands, RxNorm strings,
typed orders); pairs that must not interrupt; charts as guidelines ask for them; orders for healthy adults. It prints,
and judges nothing. A concern is shown when a card of an interaction or of the QT interval is a warning or critical.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from flask.testing import FlaskClient

from cds_service import create_app
from tests.cds_client import SERVICE
from tests.hook_calls import active, bundle, chart, draft, egfr, order_sign, person
from tests.running_service import migrated

SETS = Path(__file__).with_name("interaction_sets.yaml")
LOUD = ("warning", "critical")
PAIRS = ("drug-interaction", "qt-prolongation")
_DRUG = re.compile(r"(?P<strength>[^[]*?)\s*(?:\[(?P<brand>[^]]+)\])?$")
Sets = dict[str, Any]
Card = tuple[str, str, str]  # topic, indicator, summary
Ask = Callable[[list[str], str], list[Card]]


@dataclass(frozen=True)
class Pair:
    """One order against one active medication. `names` tells which pair it is, whatever its wording."""

    names: tuple[str, str]
    active: str
    order: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="at most so many pairs of each group")
    parser.add_argument("--missed", type=int, default=40, help="how many misses and false alarms to print")
    options = parser.parse_args()
    sets: Sets = yaml.safe_load(SETS.read_text("utf-8"))
    with service() as ask:
        found = _high_priority(ask, sets, options.sample, options.missed)
        _qt(ask, sets["qt"], options.missed)
        _precision(ask, sets, found, options.missed)
        _charts(ask, sets["charts"], options.missed)
        _healthy(ask, sets["healthy"], options.missed)


@contextmanager
def service() -> Iterator[Ask]:
    """The service in this process, over a database of its own."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        app = create_app(migrated(Path(folder), CLIENT_AUTH="off"))
        with closing(app.extensions["countersign"].store):
            client = app.test_client()
            yield lambda medications, order: _asked(client, medications, order)


def _asked(client: FlaskClient, medications: list[str], order: str) -> list[Card]:
    """The cards about an order for an adult of 58 with a healthy kidney, who takes these medications."""
    taken = bundle(*(active(text, number) for number, text in enumerate(medications, 1)))
    adult = person(birthDate="@today-58y")
    call = order_sign(draft(order), prefetch=chart(patient=adult, medications=taken, labs=bundle(egfr(88))))
    reply = client.post(f"/cds-services/{SERVICE}", json=call)
    assert reply.status_code == 200, reply.text
    assert reply.json is not None
    return [(card["source"]["topic"]["code"], card["indicator"], card["summary"]) for card in reply.json["cards"]]


def wordings(name: str, drugs: dict[str, str | None]) -> list[str]:
    """A drug as charts write it: its name, RxNorm's string, RxNorm's string with the brand, and a typed order."""
    match = _DRUG.fullmatch(drugs[name] or "")
    assert match
    strength, brand = match["strength"], match["brand"]
    parts = [f"{part} {dose}" for part, dose in zip(name.split(" / "), strength.split(" / "), strict=False)]
    clinical = " / ".join(parts) if len(parts) == len(name.split(" / ")) else f"{name} {strength}"
    branded = [f"{clinical} [{brand}]", f"{brand.lower()} daily"] if brand else [f"{name.upper()} daily"]
    return [name, clinical, *branded]


def pairs_of(group: dict[str, list[str]], drugs: dict[str, str | None], seed: str, *, wide: bool) -> list[Pair]:
    """Every pair of a group once each way round, its wording drawn by the seed; `wide` only those outside the core."""
    draw = random.Random(seed)
    one, other = group["one"], group["other"]
    core = list(product(one, other))
    wider = list(product([*one, *group.get("wide_one", [])], [*other, *group.get("wide_other", [])]))
    chosen = [pair for pair in wider if pair not in core] if wide else core
    made = []
    for first, second in chosen:
        if first == second or set(first.split(" / ")) & set(second.split(" / ")):
            continue
        for taken, ordered in ((first, second), (second, first)):
            texts = draw.choice(wordings(taken, drugs)), draw.choice(wordings(ordered, drugs))
            made.append(Pair((first, second), *texts))
    return made


def loud(cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card[1] in LOUD and card[0] in PAIRS]


def _high_priority(ask: Ask, sets: Sets, sample: int, shown: int) -> int:
    """Prints recall of each group; the number of core pairs that were shown."""
    print(f"{'high-priority group':<48}{'pairs':>7}{'recall':>8}{'wide':>7}{'recall':>8}")
    shares: list[list[float]] = [[], []]
    missed: list[str] = []
    hits = 0
    for name, group in sets["high_priority"].items():
        cells = ""
        for wide in (False, True):
            pairs = pairs_of(group, sets["drugs"], name, wide=wide)
            pairs = random.Random(1).sample(pairs, sample) if 0 < sample < len(pairs) else pairs
            misses = [pair for pair in pairs if not loud(ask([pair.active], pair.order))]
            missed += [
                f"  {'wide ' if wide else ''}{name}: on {miss.active!r}, ordered {miss.order!r}" for miss in misses
            ]
            share = 1 - len(misses) / len(pairs) if pairs else None
            shares[wide] += [] if share is None else [share]
            hits += 0 if wide else len(pairs) - len(misses)
            cells += f"{len(pairs):7}" + (f"{share:8.3f}" if share is not None else f"{'-':>8}")
        print(f"{name:<48}{cells}", flush=True)
    core, wider = (sum(each) / len(each) for each in shares)
    print(f"{'macro-averaged recall':<48}{core:15.3f}{wider:15.3f}")
    _list("missed", missed, shown)
    return hits


def _qt(ask: Ask, drugs: list[str], shown: int) -> None:
    pairs = [(taken, ordered) for taken, ordered in product(drugs, drugs) if taken != ordered]
    missed = [f"  on {taken!r}, ordered {ordered!r}" for taken, ordered in pairs if not loud(ask([taken], ordered))]
    print(f"{'QT pairs, apart':<48}{len(pairs):7}{1 - len(missed) / len(pairs):8.3f}")
    _list("missed", missed, shown)


def _precision(ask: Ask, sets: Sets, hits: int, shown: int) -> None:
    alarms: list[str] = []
    total = 0
    for name in ("non_interruptive", "neighbours"):
        asked, heard = 0, 0
        for block in sets[name]:
            for first, second in product(block["one"], block["other"]):
                for taken, ordered in ((first, second), (second, first)):
                    asked += 1
                    cards = loud(ask([taken], ordered))
                    heard += bool(cards)
                    alarms += [f"  {name}: on {taken!r}, ordered {ordered!r}: {card[2]}" for card in cards[:1]]
        total += heard
        print(f"{name:<48}{asked:7} pairs, shown as warning or critical {heard} ({heard / asked:.3f})", flush=True)
    print(f"precision over the core groups and these pairs   {hits / (hits + total):.3f}")
    _list("false alarms", alarms, shown)


def _charts(ask: Ask, charts: list[Sets], shown: int) -> None:
    orders = [(one["about"], one["taking"], order) for one in charts for order in one["order"]]
    heard = [(about, order, card) for about, taking, order in orders for card in ask(taking, order) if card[1] in LOUD]
    rate = len(heard) / len(orders)
    print(f"guideline charts: {len(charts)} charts, {len(orders)} orders, {rate:.2f} warnings an order")
    _list("warnings", [f"  {about}: {order}: {card[0]}: {card[2]}" for about, order, card in heard], shown)


def _healthy(ask: Ask, orders: list[str], shown: int) -> None:
    cards = [(order, card) for order in orders for card in ask([], order)]
    warned = [pair for pair in cards if pair[1][1] in LOUD]
    print(f"healthy adults: {len(orders)} orders, {len(warned)} warnings, {len(cards) - len(warned)} info cards")
    _list("cards", [f"  {order}: {card[1]} {card[0]}: {card[2]}" for order, card in cards], shown)


def _list(title: str, lines: list[str], shown: int) -> None:
    if lines:
        print(f"{title}: {len(lines)}", *lines[:shown], "", sep="\n", flush=True)


if __name__ == "__main__":
    main()
