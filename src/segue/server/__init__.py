"""The HTTP side: the table of operations as an API, loops that look after the database, live streams. Floor 6."""
