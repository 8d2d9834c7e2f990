"""The search, measured: alone, fused and put in order by the reranker."""
