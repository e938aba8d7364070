"""Records and results as tables and files. Nothing here reads a store: what is shown is handed in."""
