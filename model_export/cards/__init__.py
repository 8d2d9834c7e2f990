"""Model cards: the written part, the 31 source attributes, groups and errors."""
