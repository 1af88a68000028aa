"""What is said to the world outside: notifications and HTTP calls, each guarded, bounded, and answered with an outcome."""
