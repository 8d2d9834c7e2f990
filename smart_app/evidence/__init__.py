"""Pages about one card."""
