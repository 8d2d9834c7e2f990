"""What is told of a stay when its record is partial, odd or contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cds_service.chart import ABSENT, Supplied
from tests.cds_service.checks.discharge.charts import by_id, chart_of, order, said, statement, stay
from tests.cds_service.checks.discharge.shapes import HOME, IN_STAY, LEFT, Entry
from tests.charts import data, observation, person

APIXABAN = Entry("a", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily", on=LEFT, category="discharge")
LISINOPRIL = Entry("l", "lisinopril 10 mg tablet", "Take 1 tablet by mouth daily")


def told(*orders: dict[str, Any], statements: tuple[dict[str, Any], ...] = (), **more: Supplied) -> Any:
    lists = {"order_history": data(*orders), "statement_history": data(*statements)} | more
    return said(chart_of(**lists))


def reasons(missing: list[Any]) -> str:
    return " | ".join(one.reason for one in missing)


def test_without_orders_nothing_is_said_of_medicines_and_that_is_said() -> None:
    absent = dict.fromkeys(("order_history", "medications"), ABSENT)
    lines, missing = told(**absent)
    assert lines == () and missing[0].prominent == "info"
    failed = dict.fromkeys(("order_history", "medications"), Supplied("failed"))
    lines, missing = told(**failed)
    assert lines == () and missing[0].prominent == "warning"
    assert "list of medication orders could not be read" in missing[0].reason


def test_the_dead_get_no_instructions() -> None:
    died = data({**person(), "deceasedDateTime": "2026-11-30T04:00:00Z"})
    lines, missing = told(order(APIXABAN), patient=died)
    assert lines == () and reasons(missing) == "the chart says that the patient has died: no instructions"


def test_the_active_list_alone_tells_what_is_taken_and_not_what_was_stopped() -> None:
    lines, missing = told(order_history=ABSENT, medications=data(order(APIXABAN), order(LISINOPRIL)))
    assert {name: one.state for name, one in by_id(lines).items()} == {"a": "new", "l": "continued"}
    assert "what was stopped in the stay may be missing" in reasons(missing)


def test_orders_alone_do_not_tell_that_a_medicine_is_new() -> None:
    def without(home: Supplied) -> Any:
        history = data(order(APIXABAN), order(LISINOPRIL))
        return said(chart_of(order_history=history, statements=home, statement_history=home))

    lines, missing = without(ABSENT)
    assert {name: one.state for name, one in by_id(lines).items()} == {"a": "ordered", "l": "continued"}
    assert "the home list (medication statements) was not supplied" in reasons(missing)
    assert by_id(lines)["a"].due, "its tests are due as those of a new one"
    assert by_id(without(Supplied("failed"))[0])["a"].state == "ordered"


def test_strength_and_form_stand_beside_the_name_and_in_what_was_before() -> None:
    before = order(Entry("o", "warfarin 5 mg tablet", "Take 1 tablet by mouth daily", status="stopped", more=IN_STAY))
    now = order(Entry("w", "warfarin 2.5 mg tablet", "Take 1 tablet by mouth daily", on=LEFT, category="discharge"))
    (line,) = told(before, now)[0]
    assert (line.name, line.product, line.how) == ("Warfarin", "2.5 mg tablet", "Take 1 tablet by mouth 1 time a day.")
    assert line.change == "Warfarin 5 mg tablet: Take 1 tablet by mouth 1 time a day."


def test_one_order_whose_end_nobody_recorded_is_one() -> None:
    over = Entry("n", "naproxen 500 mg", "1 bid", status="stopped")
    assert "1 earlier order ended on a day" in reasons(told(order(over))[1])
    assert "2 earlier orders ended on a day" in reasons(told(order(over), order(replace(over, id="m")))[1])


def test_a_history_that_goes_on_counts_as_whole_when_it_reaches_behind_the_stay() -> None:
    page = data(order(APIXABAN), order(LISINOPRIL))
    assert "may be missing" not in reasons(told(order_history=replace(page, complete=False))[1])
    short = replace(data(order(APIXABAN)), complete=False)
    assert "may be missing" in reasons(told(order_history=short)[1])


def test_a_request_that_only_reports_is_the_home_list() -> None:
    reported = order(
        Entry("r", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily", on=HOME, category="community")
    )
    reported |= {"reportedBoolean": True, "intent": "plan"}
    assert by_id(told(order(APIXABAN), reported)[0])["a"].state == "continued"
    assert by_id(told(reported)[0])["r"].state == "unreconciled"


def test_plans_drafts_errors_and_what_must_not_be_done_are_no_medicines() -> None:
    plan = {**order(APIXABAN), "intent": "plan"}
    draft = {**order(replace(APIXABAN, id="b")), "status": "draft"}
    never = {**order(replace(APIXABAN, id="c")), "doNotPerform": True}
    wrong = {**order(replace(APIXABAN, id="d")), "status": "entered-in-error"}
    turned = {**order(replace(APIXABAN, id="e")), "modifierExtension": [{"url": "http://x", "valueBoolean": True}]}
    assert told(plan, draft, never, wrong, turned)[0] == ()


def test_an_end_that_only_a_last_change_tells_is_asked_about() -> None:
    stopped = order(replace(LISINOPRIL, status="stopped", more=IN_STAY))
    (line,) = told(stopped)[0]
    assert line.state == "stopped" and "was it stopped in this stay?" in line.questions[0]
    ended = {"dispenseRequest": {"validityPeriod": {"end": "2026-11-20"}}}
    (line,) = told(order(replace(LISINOPRIL, status="stopped", more=ended)))[0]
    assert (line.state, line.questions) == ("stopped", ())


def test_what_was_stopped_and_stands_on_the_home_list_is_stopped_and_not_open() -> None:
    ended = {"dispenseRequest": {"validityPeriod": {"end": "2026-11-20"}}}
    home = statement(Entry("s", "lisinopril 10 mg tablet", "1 tablet daily", on="2026-11-18T10:00:00Z"))
    lines = told(order(replace(LISINOPRIL, status="stopped", more=ended)), statements=(home,))[0]
    assert [one.state for one in lines] == ["stopped"]
    assert {fact.origin.reference for fact in lines[0].facts} == {"MedicationRequest/l", "MedicationStatement/s"}


def test_an_order_without_a_date_is_not_called_new() -> None:
    undated = {name: value for name, value in order(APIXABAN).items() if name != "authoredOn"}
    (line,) = told(undated)[0]
    assert line.state == "unsure" and "has no date" in line.questions[-1]


def test_a_stay_that_begins_in_the_future_or_with_no_date_tells_no_change() -> None:
    for begins in ("2027-01-01T09:00:00Z", "soon", ""):
        lines, missing = told(order(APIXABAN), encounter=data(stay(begins)))
        assert [one.state for one in lines] == ["unsure"]
        assert "when the stay began is not known" in reasons(missing)


def test_words_and_fields_that_contradict_each_other_are_shown_as_written_and_asked_about() -> None:
    dose = {"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}]}
    both = {"dosageInstruction": [{"text": "Take 1 tablet by mouth twice daily", **dose}]}
    (line,) = told(order(replace(APIXABAN, more=both)))[0]
    assert line.as_written and line.how == "Take 1 tablet by mouth twice daily"
    assert "do not say the same" in line.questions[0]


def test_fields_alone_are_said_in_plain_words_and_fields_that_are_not_understood_are_asked_about() -> None:
    repeat = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}
    fields = {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}], "timing": repeat}
    (line,) = told(order(replace(APIXABAN, more={"dosageInstruction": [fields]})))[0]
    assert (line.how, line.as_written) == ("Take 1 tablet 2 times a day.", False)
    odd = {**fields, "timing": {"repeat": {**repeat["repeat"], "offset": 30}}}
    (line,) = told(order(replace(APIXABAN, more={"dosageInstruction": [odd]})))[0]
    assert line.how == "" and "could not be read from its fields" in line.questions[-1]


def test_what_it_is_for_is_said_when_the_order_or_one_listed_problem_says_so() -> None:
    fibrillation = {"resourceType": "Condition", "id": "c1", "code": {"text": "Atrial fibrillation"}}
    (line,) = told(order(APIXABAN), problems=data(fibrillation))[0]
    assert line.use == "atrial fibrillation or flutter" and any(cite.startswith("ind-") for cite in line.cites)
    assert told(order(APIXABAN))[0][0].use == ""
    clot = {"resourceType": "Condition", "id": "c2", "code": {"text": "Deep vein thrombosis"}}
    assert told(order(APIXABAN), problems=data(fibrillation, clot))[0][0].use == "", "nobody knows which is meant"
    stated = {"reasonCode": [{"text": "irregular heartbeat"}]}
    assert told(order(replace(APIXABAN, more=stated)))[0][0].use == "irregular heartbeat"


def test_tests_that_are_due_are_named_unless_they_are_done() -> None:
    (line,) = told(order(APIXABAN))[0]
    assert any(due.startswith("Creatinine") for due in line.due)
    done = data(observation("2160-0", 1.0, "mg/dL"), observation("58410-2", 1, None))
    (line,) = told(order(APIXABAN), labs=done)[0]
    assert not any(due.startswith("Creatinine") for due in line.due)


def test_a_local_form_has_no_words_of_the_drug_that_is_swallowed() -> None:
    gel = Entry("g", "diclofenac 1 % gel", "Apply to the affected area twice daily", on=LEFT, category="discharge")
    (line,) = told(order(gel))[0]
    assert line.watch == () and line.lay == ""


def test_an_unknown_drug_is_shown_as_it_was_written() -> None:
    odd = Entry("z", "zorbaquint 5 mg tablet", "Take 1 tablet by mouth daily", on=LEFT, category="discharge")
    (line,) = told(order(odd))[0]
    assert (line.name, line.how) == ("zorbaquint 5 mg tablet", "Take 1 tablet by mouth 1 time a day.")
    assert line.watch == () and line.cites == ()
