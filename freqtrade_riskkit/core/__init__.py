"""The rules and the accounting: numbers in, decisions out.

Nothing here knows Freqtrade, reads a clock, does I/O or logs.
"""
