"""Models and rules, with their source attributes."""
