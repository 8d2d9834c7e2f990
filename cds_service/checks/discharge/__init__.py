"""The parts of the check of discharge medications: its lists, what became of each medicine, and how it is said."""
