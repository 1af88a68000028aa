"""What events look like to users."""
