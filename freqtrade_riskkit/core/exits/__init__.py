"""Exit plans: where a position is to be closed, as prices fixed when it was opened."""
