"""What is read of it all later: cards of a patient, counts, exports, modes, versions that ran."""
