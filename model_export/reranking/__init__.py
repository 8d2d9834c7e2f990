"""How the reranker is made: its groups of one right and several wrong passages, its pruned vocabulary, its network."""
