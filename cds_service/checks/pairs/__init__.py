"""Two medications together: whether they interact, double each other, or belong together."""
