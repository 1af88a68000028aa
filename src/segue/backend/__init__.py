"""How the code above reaches the services: the same call, embedded or remote. Floor 3."""
