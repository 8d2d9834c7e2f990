"""Whole cases of order entry, each with a twin that must stay silent; no pharmacist has adjudicated them."""
