"""How a check says something of an order: the finding that cites its row, and what it proposes."""
