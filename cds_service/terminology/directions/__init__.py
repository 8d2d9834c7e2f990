"""Reads the directions of an order ("2 tabs po q6h prn pain x 5 days, max 8/day") whole, or abstains and says why.

The way of a text: `normal` (one way of writing) -> `phases` (a dose that changes) -> `parts`, read by `adjuncts`,
`amounts` and `timing` -> `words` (written out again) -> read once more. Only what survives that is given.
"""
