"""The revisions, numbered in the order in which they run.

Each spells its tables out as they were then, without `schema.py`, which moves on: what looks repeated between
them is meant. A revision that was released never changes.
"""
