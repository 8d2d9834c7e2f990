"""What is found of indications, measured; the rows are the service's own."""
