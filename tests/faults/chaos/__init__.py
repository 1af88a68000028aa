"""Processes of users, killed at random moments: what they leave must be true at once, and whole in the end."""
