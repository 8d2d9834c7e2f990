"""Work that waits for a site's FHIR server: cards to be written there, bodies of notes to be read."""
