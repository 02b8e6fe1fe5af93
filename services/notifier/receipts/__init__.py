"""What providers tell: what became of messages, and what borrowers wrote back."""
