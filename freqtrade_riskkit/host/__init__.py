"""All that touches Freqtrade: its callbacks, trades, orders, locks, results and files."""
