"""The embedded stack: a real Kafka, a real PostgreSQL and a message sink as plain processes, without Docker."""
