"""From a question to ranked chunks and evidence sentences."""
