"""What is read of directions, measured; the grammar is the service's own."""
