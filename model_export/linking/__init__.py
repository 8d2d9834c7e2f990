"""The drug linker: its strings, its training, and how it is measured against doing without it."""
