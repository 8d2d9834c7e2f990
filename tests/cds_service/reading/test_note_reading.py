"""A note is read once, whole or named as unread; what was read is found again by its body."""

from __future__ import annotations

import base64

import pytest

from cds_service.chart import Note
from cds_service.chart.notes.note import Body
from cds_service.reading.notes import MOST_NOTES, NoteCache, read_notes
from cds_service.terminology.notes.bodies import LONGEST_BODY
from cds_service.terminology.notes.mention import NoteWords
from tests.running_service import RunningService

IN_TIME, LATE = float("inf"), 0.0
TEXT = "Allergies: penicillin (hives).\nHome medications:\nlisinopril 10 mg daily\n"


@pytest.fixture(scope="module")
def words(service: RunningService) -> NoteWords:
    assert service.rooms is not None
    return service.rooms.knowledge.vocabulary.note_words


def note(text: str, number: int = 1, kind: str = "text/plain") -> Note:
    body = Body(kind, base64.b64encode(text.encode()).decode())
    return Note(f"DocumentReference/{number}", "note", bodies=(body,))


def test_what_was_read_once_is_not_read_again(words: NoteWords) -> None:
    cache = NoteCache()
    (first,) = read_notes([note(TEXT)], words, cache, IN_TIME).values()
    assert {one.kind for one in first.mentions} == {"allergy", "medication"}
    # No time is left, so only what is kept can be given; the same body under another reference is the same reading.
    again = read_notes([note(TEXT), note(TEXT, 2)], words, cache, LATE)
    assert list(again.values()) == [first, first]
    (changed,) = read_notes([note(TEXT + "Asthma.")], words, cache, LATE).values()
    assert changed.problem == "it was not read in time"


def test_a_note_that_time_cut_short_is_named_and_read_whole_later(words: NoteWords) -> None:
    ticks = iter(range(100))
    cache = NoteCache()
    (cut,) = read_notes([note(TEXT)], words, cache, 2.0, lambda: float(next(ticks))).values()
    assert cut.problem == "its end was not read in time"
    assert [one.kind for one in cut.mentions] == ["allergy"]
    (whole,) = read_notes([note(TEXT)], words, cache, IN_TIME).values()
    assert whole.problem is None and len(whole.mentions) == 2


def test_only_the_newest_notes_are_read_and_the_others_named(words: NoteWords) -> None:
    read = read_notes([note(TEXT, number) for number in range(MOST_NOTES + 1)], words, NoteCache(), IN_TIME)
    problems = [one.problem for one in read.values()]
    assert problems == [None] * MOST_NOTES + [f"only the {MOST_NOTES} newest notes are read"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (Body("application/pdf", base64.b64encode(b"%PDF-1.7").decode()), "its kind is not read: application/pdf"),
        (Body("text/plain", "not base64!"), "it is not base64"),
        (Body("text/rtf", base64.b64encode(b"plain").decode()), "it says that it is RTF and is not"),
        (Body("text/plain", base64.b64encode(b" ").decode()), "it is empty"),
        (Body("text/plain", base64.b64encode(b"x" * (LONGEST_BODY + 1)).decode()), "it is longer than 400 kB"),
    ],
)
def test_a_body_that_cannot_be_read_says_why(words: NoteWords, body: Body, said: str) -> None:
    (read,) = read_notes([Note("DocumentReference/1", "note", bodies=(body,))], words, NoteCache(), IN_TIME).values()
    assert (read.problem, read.mentions) == (said, ())


def test_of_two_bodies_the_one_that_can_be_read_is(words: NoteWords) -> None:
    scan = Body("application/pdf", base64.b64encode(b"%PDF-1.7").decode())
    both = Note("DocumentReference/1", "note", bodies=(scan, *note(TEXT).bodies))
    (read,) = read_notes([both], words, NoteCache(), IN_TIME).values()
    assert read.problem is None and read.mentions


@pytest.mark.parametrize(
    ("text", "allergies"),
    [
        ("Allergies: sulfa. Takes lisinopril 10 mg daily. Codeine - nausea.", ["sulfa", "Codeine"]),
        ("Allergies: sulfa. Takes lisinopril 10 mg daily. Penicillin, codeine.", ["sulfa", "Penicillin", "codeine"]),
        ("Allergies: sulfa. Takes lisinopril 10 mg daily. Metformin 500 mg bid.", ["sulfa"]),
        ("Allergies: sulfa. Takes lisinopril. Atorvastatin.", ["sulfa"]),
        ("Allergies: sulfa. Takes lisinopril 10 mg daily. Also metformin.", ["sulfa"]),
        ("Allergies: takes no NSAIDs. Codeine.", ["Codeine"]),
    ],
)
def test_an_allergy_behind_what_the_patient_takes_is_read_and_what_is_taken_is_none(
    text: str, allergies: list[str], words: NoteWords
) -> None:
    (read,) = read_notes([note(text)], words, NoteCache(), IN_TIME).values()
    assert [one.name for one in read.mentions if one.kind == "allergy"] == allergies
