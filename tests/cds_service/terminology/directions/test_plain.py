"""Directions in plain words: what they say, that they say nothing else, and what is left as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cds_service.terminology.directions.parts import Amount, Directions, Limit, Span, Timing
from cds_service.terminology.directions.plain import plain_words
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.directions.words import words

SAID = {
    "1 tab po bid": "Take 1 tablet by mouth 2 times a day.",
    "20 mg daily": "Take 20 mg 1 time a day.",
    "take 1 tablet (10 mg) by mouth daily": "Take 1 tablet (10 mg) by mouth 1 time a day.",
    "2 puffs inhaled q4-6h prn wheezing": "Breathe in 2 puffs every 4 to 6 hours, only if needed for wheezing.",
    "inject 20 units at bedtime": "Inject 20 units 1 time a day at bedtime.",
    "10 units subq at bedtime": "Inject 10 units under the skin 1 time a day at bedtime.",
    "1-2 tabs q6h prn pain, max 8 tablets per day": (
        "Take 1 to 2 tablets every 6 hours, only if needed for pain. Do not take more than 8 tablets in a day."
    ),
    "take half a tablet daily": "Take half a tablet 1 time a day.",
    "1.5 tablets daily": "Take 1 and a half tablets 1 time a day.",
    "75 mcg daily": "Take 75 micrograms 1 time a day.",
    "1 gtt ou qhs": "Put 1 drop in both eyes 1 time a day at bedtime.",
    "instill 1 drop in the left eye bid": "Put 1 drop in the left eye 2 times a day.",
    "apply to affected area twice daily": "Apply to the affected area 2 times a day.",
    "apply 1 patch every 72 hours": "Apply 1 patch to the skin every 72 hours.",
    "take 1 tablet every Monday, Wednesday and Friday": "Take 1 tablet every Monday, Wednesday and Friday.",
    "5 mL po q8h x 10 days": "Take 5 mL by mouth every 8 hours, for 10 days.",
    "take 2 teaspoons every 6 hours": "Take 2 teaspoons every 6 hours.",
    "1 suppository rectally daily prn constipation": (
        "Insert 1 suppository into the rectum 1 time a day, only if needed for constipation."
    ),
    "40 mg daily for 5 days then 20 mg daily for 5 days": (
        "Take 40 mg 1 time a day, for 5 days. Then: Take 20 mg 1 time a day, for 5 days."
    ),
}
AS_WRITTEN = (
    "take as directed",
    "take 1 tablet daily, avoid grapefruit",
    "take 1 tablet on an empty stomach before breakfast",
    "take 2 tablets now",
    "17 g daily mixed in 8 oz of water",
    "dissolve 1 tablet under the tongue as needed for chest pain",
    "per sliding scale",
    "2 tid",
    "take 1 tablet daily if your pulse is over 60",
    "chew 1 tablet daily",
    "apply cream thinly twice daily",
)


@pytest.mark.parametrize(("text", "plain"), SAID.items())
def test_directions_are_said_in_plain_words(text: str, plain: str) -> None:
    assert plain_words(read_directions(text)) == plain


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_would_lose_a_word_that_matters_is_not_said_in_other_words(text: str) -> None:
    assert plain_words(read_directions(text)) == ""


_numbers = some.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 40.0])
_units = some.sampled_from(["tablet", "capsule", "mg", "mL", "ug", "unit", "puff", "drop", "patch", "tsp"])
_doses = some.builds(Amount, _numbers, _units)
_timings = some.one_of(
    some.builds(Timing, some.sampled_from([1.0, 2.0, 3.0, 4.0]), some.just(1.0), some.sampled_from(["d", "wk"])),
    some.builds(Timing, some.just(1.0), some.sampled_from([2.0, 4.0, 6.0, 8.0, 12.0, 72.0]), some.just("h")),
)
_routes = some.sampled_from([None, "oral", "subcutaneous", "topical", "nasal", "ophthalmic", "rectal", "inhaled"])
_spans = some.none() | some.builds(Span, some.sampled_from([3.0, 7.0, 10.0]), some.sampled_from(["d", "wk"]))
_limits = some.none() | some.builds(
    Limit, some.sampled_from([4.0, 8.0]), some.sampled_from(["tablet", "dose"]), some.just(1.0), some.just("d")
)


@given(_doses, _timings, _routes, some.booleans(), some.sampled_from([None, "pain", "nausea"]), _spans, _limits)
def test_plain_words_never_say_another_dose_or_time(
    dose: Amount,
    timing: Timing,
    route: str | None,
    needed: bool,
    reason: str | None,
    span: Span | None,
    limit: Limit | None,
) -> None:
    """Whatever is said, its numbers are those of the directions; and most of it can be said."""
    made = Directions("", dose, None, timing, needed, reason if needed else None, route, span, limit)
    read = read_directions(words(made))
    plain = plain_words(read)
    if read.abstained or not plain:
        return
    figures = {f"{number:g}" for number in _figures(read)}
    said = {part.strip(".,():") for part in plain.split() if part.strip(".,():")[:1].isdigit()}
    assert said <= figures | {"1"}
    assert plain[0].isupper() and plain.endswith(".")


def _figures(read: Directions) -> list[float]:
    parts = [read.dose.high if read.dose else 0, read.limit.amount if read.limit else 0]
    parts += [read.timing.frequency, read.timing.period] if read.timing else []
    parts += [read.duration.value] if read.duration else []
    return [*parts, *(float(int(one)) for one in parts)]
