"""What was done for the patient: vaccines, procedures, surveys, each with its day."""
