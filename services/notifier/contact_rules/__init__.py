"""Contact rules: whether a borrower may be contacted at a moment, or from when on, by rules that are data."""
