"""Directions are read whole or not at all, and what was read says the same when written out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.terminology.directions.parts import Amount, Directions, Limit, Span, Timing
from cds_service.terminology.directions.reading import MAX_LENGTH, read_directions, read_once
from cds_service.terminology.directions.words import words

OWN = Path(__file__).parents[3] / "model_export" / "data" / "sig_own.tsv"


def rows() -> list[dict[str, str]]:
    with OWN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_part_is_read():
    read = read_directions("1-2 tabs po q4-6h prn back pain x 5 days, max 8 per day, #40, 2 refills")
    assert read.dose == Amount(2, "tablet", low=1)
    assert read.timing == Timing(1, 4, "h", slowest=6)
    assert (read.as_needed, read.reason, read.route) == (True, "back pain", "oral")
    assert read.duration == Span(5, "d")
    assert read.limit == Limit(8, "dose", 1, "d")
    assert (read.quantity, read.refills, read.abstained) == (40, 2, None)


def test_a_parenthesis_is_the_strength_and_the_count_the_dose():
    read = read_directions("Take 3 tablets (6 mg) once daily")
    assert (read.dose, read.strength) == (Amount(3, "tablet"), Amount(6, "mg"))


def test_a_drug_that_begins_like_carbohydrates_is_no_carbohydrate_ratio():
    assert read_directions("carbamazepine 200 mg twice daily").dose == Amount(200, "mg")
    assert read_directions("insulin lispro 1 unit per 10 g carbs").abstained


@pytest.mark.parametrize(
    ("text", "frequency", "when"),
    [
        ("20 mg ac breakfast", 1, ("ACM",)),
        ("20 mg pc dinner", 1, ("PCV",)),
        ("20 mg daily ac breakfast", 1, ("ACM",)),
        ("10 units ac breakfast and dinner", 2, ("ACM", "ACV")),
        ("5 units ac", 3, ("AC",)),
        ("10 mg tid ac", 3, ("AC",)),
    ],
)
def test_before_one_meal_is_once_a_day_and_before_meals_three_times(text, frequency, when):
    read = read_directions(text)
    assert read.abstained is None
    assert (read.timing.frequency, read.timing.when) == (frequency, when)


def test_roman_numbers_count_forms_and_stopping_at_the_end_is_no_other_dose():
    read = read_directions("ii gtts au qid x 7 days then stop")
    assert (read.dose, read.timing, read.duration) == (Amount(2, "drop"), Timing(4, 1, "d"), Span(7, "d"))
    assert read_directions("500 mg iv q12h").dose == Amount(500, "mg")


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("prednisone 40 mg daily x 5 days then 20 mg daily x 5 days", [(40, 5), (20, 5)]),
        ("500 mg on day 1, 250 mg on days 2-5", [(500, 1), (250, 4)]),
        ("Take 2 tabs daily for 3 days, then 1 tab daily for 4 days", [(2, 3), (1, 4)]),
    ],
)
def test_a_stated_taper_is_read_phase_by_phase(text, phases):
    read = read_directions(text)
    assert read.dose is None
    assert [(one.dose.high, one.duration.days) for one in read.phases if one.dose and one.duration] == phases


@pytest.mark.parametrize(
    "text",
    [
        "prednisone taper",
        "insulin lispro sliding scale",
        "150-200: 2 units, 201-250: 4 units",
        "1 tab daily, hold if SBP < 100",
        "2 mg/kg/day divided bid",
        "100 mL/hr",
        "1 tab in the morning and 2 tabs at night",
        "1 tab biweekly",
        "1 drop OD",
        "methotrexate 15 mg once a week twice daily",
        "1 tab daily except sunday",
        "1-0-1",
        "digoxin 0,125 mg daily",
        "amox 500 mg or 875 mg bid",
        "500 tid",
        "1 tab bid at bedtime",
        "\u0665\u0660\u0660 mg bid",
        "",
        "x" * (MAX_LENGTH + 1),
    ],
)
def test_what_depends_conflicts_or_is_unclear_abstains_with_a_reason(text):
    read = read_directions(text)
    assert read.abstained
    assert (read.dose, read.timing, read.duration, read.phases) == (None, None, None, ())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 tab QOD", "QOD"),
        ("10U sc qhs", "U:"),
        (".5 mg daily", "leading zero"),
        ("5.0 mg daily", "trailing zero"),
        ("50 \u00b5g daily", "mcg"),
        ("MSO4 10 mg q4h", "morphine"),
        ("500 mg po bid x3d", "xNd"),
        ("amoxicillin 500 mg tid X 10 D", "xNd"),
        ("1 tab bid \u00d77d", "xNd"),
        ("1 tab bid x3-5d", "xNd"),
        ("1 tab bid x 3 days", None),
        ("1 tab bid for 3 doses", None),
        ("2 drops AS bid", "ear"),
        ("2 drops a.u. bid", "ear"),
        ("2 drops au bid", "ear"),
        ("1 tab twice daily as needed", None),
        ("TAKE 1 TABLET TWICE DAILY AS NEEDED", None),
        ("1 tab daily", None),
    ],
)
def test_unsafe_abbreviations_are_named_even_where_they_are_understood(text, named):
    unsafe = read_directions(text).unsafe
    assert any(named in danger for danger in unsafe) if named else unsafe == ()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["sig"])
def test_own_directions_are_never_read_wrong(row):
    read = read_directions(row["sig"])
    if read.abstained or read.phases:
        return
    assert row["abstain"] != "1"
    if row["dose_qty"]:
        assert read.dose
        assert read.dose.high == pytest.approx(float(row["dose_qty"]))
    if row["times_per_day"]:
        assert read.timing
        assert read.timing.per_day == pytest.approx(float(row["times_per_day"]), rel=0.06)
    assert not row["prn"] or read.as_needed == (row["prn"] == "1")
    assert not row["duration_days"] or (read.duration and read.duration.days == float(row["duration_days"]))


def test_few_own_directions_that_can_be_read_are_left_unread():
    readable = [row for row in rows() if not row["abstain"]]
    assert sum(read_directions(row["sig"]).abstained is not None for row in readable) <= 0.02 * len(readable)


DOSES = st.builds(
    lambda number, unit: f"{number} {unit}",
    st.sampled_from(["1", "2", "0.5", "1-2", "10", "2.5"]),
    st.sampled_from(["tablet", "caps", "mg", "mL", "puffs", "units", "patch", "drops", "g", "mcg"]),
)
TIMES = st.sampled_from(
    [
        "daily",
        "bid",
        "tid",
        "q6h",
        "q4-6h",
        "every other day",
        "weekly",
        "twice a week",
        "every 2 weeks",
        "at bedtime",
        "monthly",
        "in the morning and at bedtime",
        "before meals",
        "every Monday",
        "mon, wed and fri",
        "at 8 am and 8 pm",
        "q15min",
    ]
)
ROUTES = st.sampled_from(["", "by mouth", "po", "subcut", "IV", "in both eyes", "to skin", "rectally", "inhaled"])
TAILS = st.sampled_from(
    ["", "prn", "prn pain", "as needed for nausea", "x 10 days", "for 2 weeks", "max 4 per day", "#30", "3 refills"]
)


@settings(deadline=None)  # the machine may be busy
@given(DOSES, ROUTES, TIMES, TAILS)
def test_what_was_read_reads_the_same_when_written_out(dose, route, time, tail):
    read = read_directions(f"{dose} {route} {time} {tail}")
    if read.abstained:
        return
    again = read_directions(words(read))
    assert (again.dose, again.timing, again.route) == (read.dose, read.timing, read.route)
    assert (again.as_needed, again.reason, again.duration) == (read.as_needed, read.reason, read.duration)
    assert (again.limit, again.quantity, again.refills) == (read.limit, read.quantity, read.refills)
    assert words(again) == words(read)


def test_whatever_is_read_of_the_slices_is_written_out_and_read_back_the_same():
    for name in ("sig_own.tsv", "sig_apart.tsv", "sig_retail.tsv"):
        with OWN.with_name(name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                read = read_directions(row["sig"])
                again = read_directions(words(read)) if read.abstained is None else read
                assert words(again) == words(read), row["sig"]
                assert [one.timing for one in again.phases] == [one.timing for one in read.phases], row["sig"]


@pytest.mark.parametrize(
    ("text", "dose", "per_day"),
    [
        ("tab iss po qhs", 1.5, 1),
        ("i-ii tabs po bid", 2, 2),
        ("1 tab M W F", 1, 3 / 7),
        ("1 tab po M-F", 1, 5 / 7),
        ("1 tab at 0800, 1400 and 2000", 1, 3),
        ("4 tabs once weekly. Do not take daily.", 4, 1 / 7),
        ("T1T PO BID", 1, 2),
        ("1-\u00bd tabs q8\u00b0", 1.5, 3),
    ],
)
def test_letters_that_state_numbers_and_days_are_read(text, dose, per_day):
    read = read_directions(text)
    assert read.dose and read.timing, read.abstained
    assert (read.dose.high, read.timing.per_day) == (dose, pytest.approx(per_day))


def test_a_number_of_doses_is_a_limit_and_what_makes_up_a_dose_is_no_other_dose():
    assert read_directions("1 tab q12h x 20 doses").limit == Limit(20, "dose", None, None)
    assert read_directions("10 mg once weekly (4 x 2.5 mg tabs)").dose == Amount(10, "mg")
    assert read_directions("10 mg once weekly (3 x 2.5 mg tabs)").abstained


@pytest.mark.parametrize("text", ["penicillin v 500 mg qid", "factor viii 1000 units daily", "vitamin k1 5 mg daily"])
def test_letters_of_a_name_are_no_numbers(text):
    assert read_directions(text).abstained is None


@pytest.mark.parametrize(
    "text", ["ii po bid", "iv tabs po daily", "1 tab w f", "take 500 mg in the morning and 1000 at dinner"]
)
def test_what_states_a_number_or_days_and_is_not_read_is_declined(text):
    assert read_directions(text).abstained


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("0123456789 .,/-#%mgqhxbidprnotabs()", max_size=60))
def test_any_text_is_read_or_abstains_but_never_breaks(text):
    read = read_directions(text)
    assert isinstance(read, Directions)
    assert read.dose is None or read.dose.high > 0
    assert read.timing is None or 0 < read.timing.per_day <= 1440
    if read.abstained is None and not read.phases:
        assert read_once(text).dose == read.dose


def test_a_number_put_for_another_never_passes_unseen():
    """Each number of the text is in what was read: change one, and something read changes or it abstains."""
    for text in ("take 2 tablets every 6 hours for 5 days", "10 units subcut bid", "5 mL tid x 7 days"):
        read = read_directions(text)
        for number in ("2", "6", "5", "10", "7"):
            changed = text.replace(f"{number} ", "3 ", 1)
            if changed != text:
                other = read_directions(changed)
                assert other.abstained or words(other) != words(read), changed


@pytest.mark.parametrize(
    ("text", "dose", "per_day"),
    [
        ("Take three quarters of a tablet daily", 0.75, 1),
        ("Take one tablet daily on weekdays only", 1, 5 / 7),
        ("500 mg po q8 x 7d", 500, 3),
        ("one tablet six hourly when required", 1, 4),
        ("apply 1 patch bid-tid prn itching", 1, 3),
        ("Take 1 tablet with the largest meal of the day", 1, 1),
        ("Take 1 tablet daily. Call your doctor if pain lasts", 1, 1),
    ],
)
def test_fractions_weekdays_and_intervals_in_other_words_are_read_whole(text, dose, per_day):
    read = read_directions(text)
    assert read.dose and read.timing, read.abstained
    assert (read.dose.high, read.timing.per_day) == (dose, pytest.approx(per_day))


@pytest.mark.parametrize(
    "text",
    [
        "cefazolin 2 g IV on call to OR",
        "take two quarters of a tablet daily",
        "1 tab po bid or tid",
        "1 tab daily, call your doctor then take 2 tabs daily",
        "1 tab daily for SBP over 170",
        "1 tab prn pain 1-2 tabs prn severe pain",
    ],
)
def test_what_is_left_open_is_declined(text):
    assert read_directions(text).abstained


def test_the_value_from_which_a_reason_counts_stays_with_the_reason_and_two_routes_are_none():
    read = read_directions("acetaminophen 650 mg PO/PR q4h prn fever > 101")
    assert (read.reason, read.route, read.dose) == ("fever > 101", None, Amount(650, "mg"))
