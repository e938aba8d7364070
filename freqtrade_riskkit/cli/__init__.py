"""The `riskkit` command: one module a subcommand."""
