"""Calls that people make: asked for, claimed when the rules allow it, and how they ended."""
