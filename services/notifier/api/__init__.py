"""The notifier over HTTP: what is kept is looked at, and commands are given, each recorded."""
