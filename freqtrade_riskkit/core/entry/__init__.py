"""Rules that an entry must pass before it is placed. One rule, one class, one `check`."""
