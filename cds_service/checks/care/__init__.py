"""The checklist: which items fit the patient, and what proves that each is done."""
