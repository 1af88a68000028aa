"""What a server does by itself: small loops that look after the database, one file each, each with a beat."""
