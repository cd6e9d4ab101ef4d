"""From evidence to an answer that cites exact words, or abstains."""
