"""Benchmarks: every stage of the path beside raw Kafka and raw PostgreSQL, in one run on the same bytes."""
