"""Accounts and orders of the practice exchange: who owns what, and what is filled when. No I/O in here."""
