"""Where code is kept for runs elsewhere."""
