"""What the app remembers of a browser between two requests: launches under way, opened views, their cookies."""
