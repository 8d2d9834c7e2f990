"""What the text of a clinical note says of allergies, long-standing conditions and home medications.

body (plain, HTML, RTF) -> sections and sentences -> mentions by lexicon -> what each sentence says of each mention.
Pure: text in, mentions out. Source of the sections: the note types of C-CDA; the cues are our own.
"""

from cds_service.terminology.notes.bodies import UnreadableBody, text_of
from cds_service.terminology.notes.mention import NoteMention, NoteWords, Says
from cds_service.terminology.notes.reading import READER, READER_VERSION, read_note

__all__ = [
    "READER",
    "READER_VERSION",
    "NoteMention",
    "NoteWords",
    "Says",
    "UnreadableBody",
    "read_note",
    "text_of",
]
