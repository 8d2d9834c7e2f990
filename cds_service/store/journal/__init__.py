"""Records that wait in a file while the database does not answer."""
