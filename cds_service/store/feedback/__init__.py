"""What came of a card: outcomes, opinions, answers to them, and overrides that are remembered."""
