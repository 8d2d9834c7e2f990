"""What this installation holds besides any patient: passages to search, checks, tables and models."""
