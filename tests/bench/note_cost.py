"""CPU that reading one note of 20 kB takes, on one core, apart from the rest of a call.

    python -m tests.bench.note_cost

The note is our own whole notes one after the other: dense with drugs and conditions, more than a real one is. Each
round reads a body that no cache knows; the first is reported too, as a fresh worker pays it.
"""

from __future__ import annotations

import base64
import statistics
import tempfile
import time

import yaml

from cds_service.chart import Note
from cds_service.chart.notes.note import Body
from cds_service.reading.notes import NoteCache, read_notes
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.notes.mention import NoteWords
from tests.bench.notes import DATA

SIZE, ROUNDS = 20_000, 15


def long_note(size: int = SIZE) -> str:
    """`size` characters of whole notes."""
    rows = yaml.safe_load((DATA / "whole.yaml").read_text(encoding="utf-8"))
    every = "\n".join(row["text"] for row in rows)
    return (every * (size // len(every) + 1))[:size]


def cpu_ms(text: str, words: NoteWords, kind: str = "text/plain") -> float:
    """Milliseconds of this process for one reading."""
    body = Body(kind, base64.b64encode(text.encode()).decode())
    started = time.process_time()
    (read,) = read_notes(
        [Note("DocumentReference/1", "note", bodies=(body,))], words, NoteCache(), float("inf")
    ).values()
    assert read.problem is None and read.mentions
    return (time.process_time() - started) * 1000


def main() -> None:
    settings = Settings.from_env({"COUNTERSIGN_RUN_DIR": tempfile.mkdtemp()})
    words = knowledge_of(settings).vocabulary.note_words
    text = long_note()
    markup = "<html><body>" + "".join(f"<p>{line}</p>" for line in text.split("\n")) + "</body></html>"
    for name, kind, body in (("plain", "text/plain", text), ("HTML", "text/html", markup)):
        first, *others = [cpu_ms(f"Visit {number}.\n{body}", words, kind) for number in range(ROUNDS + 1)]
        median = statistics.median(others)
        spread = f"first {first:.0f} ms, median {median:.0f}, most {max(others):.0f}"
        print(f"{name}: {len(body)} characters, CPU {spread} ms")


if __name__ == "__main__":
    main()
