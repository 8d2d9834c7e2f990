"""What clinicians say, and what the rule's owner answers."""
