"""What is sealed, by which keys, and how keyed pseudonyms are made."""
