"""The way to a database: engines of SQLite and PostgreSQL, transactions with a time limit, statements of both."""
