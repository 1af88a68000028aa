"""Deploying with images."""
