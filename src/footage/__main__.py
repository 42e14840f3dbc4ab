"""``python -m footage``: the program, where its script is not on the path."""

from footage_program import main

main()
