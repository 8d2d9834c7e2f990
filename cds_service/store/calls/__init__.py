"""Answered calls as they are written: the invocation, its cards, the unit it came from."""
