"""What the patient must not have: entries of the allergy list, by drug and by group."""
