"""What a stored card says, as plain lines for the pages: facts, calculation, rule, passages, answers. Pure."""
