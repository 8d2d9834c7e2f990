"""What the problem list says, and what it says is refuted or over."""
