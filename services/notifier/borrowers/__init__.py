"""What the notifier knows of a borrower: where they are, how they are reached, and what a contact is decided by."""
