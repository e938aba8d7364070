"""Freqtrade protections of the kit. Freqtrade loads each file here by its path."""
