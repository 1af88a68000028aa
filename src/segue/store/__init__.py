"""SQL and nothing else: sessions over SQLite and PostgreSQL, statements, lists, migrations. Floor 1."""
