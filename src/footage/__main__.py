"""``python -m footage``: the program, where its script is not on the path."""

from footage.cli import main

main()
