"""Questions in: understand, retrieve, answer, verify."""
