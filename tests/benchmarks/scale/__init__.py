"""How cost, memory and latency grow with the archive: ``python -m tests.benchmarks.scale``."""
