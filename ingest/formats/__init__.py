"""Parsers of documents; they run only in the worker process that ``ingest.worker`` starts and may kill."""
