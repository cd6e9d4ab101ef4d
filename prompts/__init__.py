"""Prompt files with `$variables`, checked when loaded."""
