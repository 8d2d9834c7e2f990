"""The way in and out: launch, callback, logout."""
