"""Training sentences for the text reader, and its network."""
