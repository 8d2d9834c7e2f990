"""The notes of a chart, and what is said in them."""
