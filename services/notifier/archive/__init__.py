"""What is kept of messages and borrowers: found, exported, and erased when its time is over."""
