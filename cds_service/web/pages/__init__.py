"""The pages that integrators and clinicians read, made from what the code and the tables say of themselves."""
