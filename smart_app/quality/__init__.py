"""What was sent and what became of it, for those who look after quality."""
