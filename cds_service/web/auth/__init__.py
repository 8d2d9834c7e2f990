"""Who calls: tokens that clients sign, the keys that prove them, and the keys that we publish ourselves."""
