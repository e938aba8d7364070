"""The exchange's face: Binance's REST addresses, parameters, answers and errors."""
