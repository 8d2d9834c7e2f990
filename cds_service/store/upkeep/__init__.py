"""What keeps the store in order: retention, resealing, backup, months and roles."""
