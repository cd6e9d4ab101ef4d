"""The sample archive: articles of an invented town, written for Dateline."""
