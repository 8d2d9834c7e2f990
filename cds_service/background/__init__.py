"""Work outside of hook calls: bodies of notes, read with an access of our own, so that later calls have them."""
