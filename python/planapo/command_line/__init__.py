"""The command line `planapo`. Needs typer and rich; `planapo.__main__` says so where they are missing."""
