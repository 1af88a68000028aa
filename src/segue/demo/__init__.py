"""The packaged example: a year of flight records read, loaded, checked, joined and reported on. `segue demo` runs it."""
