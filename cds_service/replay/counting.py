"""One patient's calls, asked and counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.chart.fhir_json import Resource, obj, objects, reference, text
from cds_service.chart.medications.naming import concepts_of, name_drug
from cds_service.hooks import HOOKS
from cds_service.replay.asking import Heard, Voice
from cds_service.replay.calls import SIGN, Ask
from cds_service.replay.plan import Plan
from cds_service.replay.sampling import sampled
from cds_service.replay.tally import Tally
from cds_service.store import CardRecord, Invocation
from cds_service.terminology.vocabulary import Drug

INTERRUPTING = frozenset({"critical", "warning"})
NOT_RECOGNISED = "(not recognised)"


@dataclass
class PatientCount:
    """Counts into `tally` what `voice` answers to one patient's calls; `other` speaks from the knowledge to compare."""

    plan: Plan
    tally: Tally
    voice: Voice
    other: Voice | None = None
    _rules: set[tuple[str, str]] = field(default_factory=set)
    _encounters: dict[str, Counter[str]] = field(default_factory=dict)

    def ask(self, ask: Ask) -> None:
        """Ask every service of the plan that answers the call's hook."""
        orders = self._orders(ask)
        drugs = {
            known: " + ".join(drug.name for drug in found) or NOT_RECOGNISED for known, (found, _) in orders.items()
        }
        services = services_of(self.plan, self.voice, ask.hook)
        if not services:
            self._no_answer(ask, "-", "refused", f"no service that was asked answers {ask.hook[:60] or 'it'}")
        answered = False
        for service in services:
            heard = self.voice.ask(service, ask)
            self._heard(service, ask, heard, drugs)
            answered = answered or heard.invocation is not None
            if self.other is not None:
                self._compare(service, ask, heard, self.other.ask(service, ask))

        if answered:
            self._ordered(ask, orders)

    def finish(self) -> None:
        """What is counted once for a patient."""
        self.tally.count("patients")
        for service, rule in self._rules:
            self.tally.count("patients with", service, rule)
        for seen in self._encounters.values():
            for what in ("cards", "interrupting"):
                self.tally.count("encounters by", what, str(seen[what]))

    def _orders(self, ask: Ask) -> dict[str, tuple[tuple[Drug, ...], str]]:
        """Reference of each order of a medicine -> its drugs, and its words for them."""
        siblings = {reference(one): one for one in ask.medications}
        orders = (one for one in ask.orders if one["resourceType"] == "MedicationRequest")
        return {reference(one): self._drugs(one, siblings) for one in orders}

    def _ordered(self, ask: Ask, orders: Mapping[str, tuple[tuple[Drug, ...], str]]) -> None:
        """What some service was asked about, and answered: that is what cards are set against."""
        for found, words in orders.values():
            self.tally.count("orders", ask.hook)
            if ask.hook == SIGN:
                self._by_time(ask, "orders")
            for drug in found:
                self.tally.count("ordered", drug.rxcui, drug.name)
            if not found:
                self.tally.count("not recognised", words or "(no name)")
        if ask.encounter:
            self._encounters.setdefault(ask.encounter, Counter())

    def _drugs(self, order: Resource, siblings: Mapping[str, Resource]) -> tuple[tuple[Drug, ...], str]:
        named = name_drug(list(concepts_of(order, siblings, None)), self.voice.rooms.knowledge.vocabulary)
        return named.drugs, named.text[:80]

    def _heard(self, service: str, ask: Ask, heard: Heard, drugs: Mapping[str, str]) -> None:
        for check in heard.broken:
            self.tally.count("broken", service, check)
        if heard.invocation is None:
            outcome = "failed" if heard.failed else "refused"
            self._no_answer(ask, service, outcome, heard.failed or heard.refused)
            return
        called = heard.invocation
        self.tally.count("calls", service, ask.hook, "answered")
        self.tally.cost["cpu us", service, ask.hook] += heard.cpu_us
        self.tally.cost["calls by ms", service, ask.hook, str(heard.cpu_us // 1000)] += 1
        for note in called.not_assessed:
            self.tally.count("not assessed", service, note["topic"], note["reason"])
        for card in called.cards:
            self._card(service, ask, called, card, drugs)
        if called.cards:
            self.tally.count("calls with", service, ask.hook, "cards")
        if any(card.indicator in INTERRUPTING for card in called.cards):
            self.tally.count("calls with", service, ask.hook, "interrupting")

    def _card(self, service: str, ask: Ask, called: Invocation, card: CardRecord, drugs: Mapping[str, str]) -> None:
        rule = card.rule or ""
        order = text(obj(card.evidence.get("order")).get("reference"))
        drug = drugs.get(order, "")
        self.tally.count("cards", service, ask.hook, card.topic, rule, card.indicator, drug)
        if rule:
            self._rules.add((service, rule))
        for claim in objects(card.evidence.get("refused")):
            self.tally.count("refused claims", rule, claim["kind"], ", ".join(claim["why"]))
        self._by_time(ask, "cards")
        seen = self._encounters.setdefault(ask.encounter, Counter()) if ask.encounter else Counter()
        seen["cards"] += 1
        if card.indicator in INTERRUPTING:
            seen["interrupting"] += 1
            self._by_time(ask, "interrupting")
        if self.plan.sample:
            key, row = sampled(service, ask, called, card, drug)
            self.tally.sample(card.topic, key, row, self.plan.sample)

    def _compare(self, service: str, ask: Ask, before: Heard, after: Heard) -> None:
        """Concerns that appear, vanish, or are shown otherwise; one that stays as it is is counted too."""
        if before.invocation is None or after.invocation is None:
            return
        old, new = _concerns(before.invocation), _concerns(after.invocation)
        for concern in sorted(old.keys() | new.keys()):
            card = new.get(concern) or old[concern]
            shown = [held[concern].indicator if concern in held else "" for held in (old, new)]
            self.tally.count("compared", service, card.topic, card.rule or "", *shown)
            if self.plan.sample and shown[0] != shown[1]:
                called = after.invocation if concern in new else before.invocation
                change = "changed" if all(shown) else ("appears" if shown[1] else "vanishes")
                key, row = sampled(service, ask, called, card, "", change)
                self.tally.sample(f"{card.topic}: {change}", key, row, self.plan.sample)

    def _no_answer(self, ask: Ask, service: str, outcome: str, why: str) -> None:
        self.tally.count("calls", service, ask.hook, outcome)
        self.tally.place(ask.place or f"{ask.hook} at {ask.at:%Y-%m-%d}", f"{service} {outcome}: {why}")

    def _by_time(self, ask: Ask, what: str) -> None:
        month = f"{ask.at:%Y-%m}"
        self.tally.count("month", month, what)
        if ask.clinician:
            # A digest tells two clinicians apart and names none.
            person = hashlib.sha256(ask.clinician.encode()).hexdigest()[:12]
            self.tally.count("clinician month", f"{person} {month}", what)


def services_of(plan: Plan, voice: Voice, hook: str) -> list[str]:
    """The services to be asked about a hook: those of the plan, or all but views, which repeat a part of another."""
    offered = voice.rooms.services
    named = plan.services or tuple(one.id for one in offered.values() if one.id == one.base)
    return [service for service in named if hook in offered[service].hooks]


def services_asked(plan: Plan, voice: Voice) -> list[str]:
    """Every service that some call may be put to."""
    return sorted({one for hook in HOOKS for one in services_of(plan, voice, hook)})


def _concerns(called: Invocation) -> Mapping[str, CardRecord]:
    return {f"{card.concern} {_order(card)}": card for card in called.cards if card.rule}


def _order(card: CardRecord) -> str:
    return text(obj(card.evidence.get("order")).get("reference"))


def asks_failed(tally: Tally) -> Iterator[tuple[Any, int]]:
    """Calls that broke and checks that broke in one."""
    yield from ((key, count) for key, count in tally.table("calls") if key[2] == "failed")
    yield from tally.table("broken")
