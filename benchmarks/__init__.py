"""What the kit costs: real backtests, timed with and without it."""
