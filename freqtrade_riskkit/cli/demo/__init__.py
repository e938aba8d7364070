"""`riskkit demo`: real backtests of a shipped strategy on shipped candles, without the kit and with it."""
