"""Pages that answer a question: passages and calculators."""
