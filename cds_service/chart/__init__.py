"""FHIR JSON -> Chart, and Chart + readings -> Chart. Pure: time and vocabulary are handed in."""

from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.build import build_chart
from cds_service.chart.listing import Listing
from cds_service.chart.measurements.measured import Measurement
from cds_service.chart.medications.medication import Medication
from cds_service.chart.merge import merge
from cds_service.chart.model import Chart, Person, UnreadText
from cds_service.chart.notes.note import Note, Noted
from cds_service.chart.readings import DrugReading, NoteReading, Readings
from cds_service.chart.supplied import ABSENT, Supplied

__all__ = [
    "ABSENT",
    "Allergy",
    "Chart",
    "DrugReading",
    "Listing",
    "Measurement",
    "Medication",
    "Note",
    "NoteReading",
    "Noted",
    "Person",
    "Readings",
    "Supplied",
    "UnreadText",
    "build_chart",
    "merge",
]
