"""Freqtrade pairlist handlers of the kit. Freqtrade loads each file here by its path."""
