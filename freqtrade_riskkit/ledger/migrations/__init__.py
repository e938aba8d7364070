"""How an older store becomes one of today: one revision a file, run by Alembic."""
