"""Locks on the keys of results: one run at a time computes what a key stands for."""
