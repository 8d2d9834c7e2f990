"""Which rows of the tables speak of an order, and what they ask of its chart."""
