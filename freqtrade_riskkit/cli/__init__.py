"""The `riskkit` command."""
