"""Kills at random moments under load, and a judge who compares what was promised with what is there."""
