"""What a site imports: labels, abstracts, FHIR evidence and its own guidelines, as passages with their whole origin."""
