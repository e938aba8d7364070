"""What the tests share: candles, workspaces, scripted strategies, the real backtest and command line."""
