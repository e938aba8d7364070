"""The real bot, as a process of its own, against the practice exchange."""
