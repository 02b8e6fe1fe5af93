"""The risk score: how likely a borrower is to default next month, and how likely to cure without help."""
