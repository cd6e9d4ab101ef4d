"""Articles in: read, parse, clean, cut, embed, store."""
