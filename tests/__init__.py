"""Tests, benchmarks and drills; they mirror the modules."""
