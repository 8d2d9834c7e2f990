"""What stands only in notes: which mentions count, and the offer to add one to its list."""
