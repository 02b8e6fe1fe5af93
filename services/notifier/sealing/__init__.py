"""Contact data at rest: sealed with keys that can be changed, findable without being readable."""
