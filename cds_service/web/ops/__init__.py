"""For those who run it: what is known of a call, logs, figures for Prometheus, health, the version."""
