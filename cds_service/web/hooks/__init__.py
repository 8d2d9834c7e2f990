"""CDS Hooks over HTTP: what is offered, calls and their answers, feedback, and a client's own recent calls."""
