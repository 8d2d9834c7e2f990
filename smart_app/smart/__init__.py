"""SMART App Launch and OpenID Connect as the app speaks them to an EHR: no Flask, no store."""
