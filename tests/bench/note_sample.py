"""Mentions drawn at random from notes of others, to be read by hand: what `chart/notes/note.py` rests on.

    python -m tests.bench.note_sample NOTES.jsonl.gz [SEED]

NOTES has one object a line: `text`, and `section` where the text is one section without its heading. Prints 24 mentions
of each kind, of lists and of prose apart. The texts are shown, never kept.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.notes import NoteMention, read_note
from cds_service.terminology.notes.mention import NoteWords

EACH, AROUND = 24, 90
# Headings that the sections of MTS-Dialog stood under.
_HEADINGS = {
    "ALLERGY": "ALLERGIES: ",
    "FAM/SOCHX": "FAMILY HISTORY: ",
    "MEDICATIONS": "MEDICATIONS: ",
    "PASTMEDICALHX": "PAST MEDICAL HISTORY: ",
    "PLAN": "PLAN: ",
    "DISPOSITION": "DISPOSITION: ",
    "EDCOURSE": "ED COURSE: ",
}


def mentions(path: Path, words: NoteWords) -> Iterator[NoteMention]:
    """Everything that would count as the patient's."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found, _ = read_note(_HEADINGS.get(row.get("section", ""), "") + row["text"], words)
            yield from (one for one in found if one.says in ("has", "past"))


def main() -> None:
    words = knowledge_of(Settings.from_env({"COUNTERSIGN_RUN_DIR": tempfile.mkdtemp()})).vocabulary.note_words
    by_kind: defaultdict[tuple[str, bool], list[NoteMention]] = defaultdict(list)
    for one in mentions(Path(sys.argv[1]), words):
        by_kind[one.kind, one.listed].append(one)
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    for (kind, listed), found in sorted(by_kind.items()):
        print(f"{kind}, {'in a list' if listed else 'in prose'}: {len(found)}")
        for one in draw.sample(found, min(EACH, len(found))):
            start, end = one.span
            before, after = one.sentence[max(0, start - AROUND) : start], one.sentence[end : end + AROUND]
            print(f"    {before}[{one.name}]{after}")


if __name__ == "__main__":
    main()
