"""What those who answer for the service need of it: exports, retention, key rotation. Nothing clinical."""
