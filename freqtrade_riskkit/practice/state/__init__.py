"""The exchange's state in SQLite: what was answered is written down before."""
