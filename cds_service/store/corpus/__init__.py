"""What a site has taken in: evidence, names, drafted rows."""
