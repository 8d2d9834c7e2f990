"""Who calls, launches, reads and signs: registrations, our own keys, sessions, people."""
