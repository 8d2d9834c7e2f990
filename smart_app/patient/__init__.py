"""Pages about the patient of the launch."""
