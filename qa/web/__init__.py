"""The web faces of an archive: the chat page, the reader and the HTTP API."""
