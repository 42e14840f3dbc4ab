"""Sample footage, made on the user's machine from photos, clips and speech in installed wheels.

`make_sample_footage` writes the films; `SAMPLE_QUERIES` are sentences whose right answer is known
because the films are cut to a storyboard. Nothing is downloaded and nothing but the packages of
``pip install ".[demo]"`` is read; CREDITS.md, beside this file, says whose work it is.
"""

from footage.demo.films import FILMS, SAMPLE_QUERIES, Film, SampleQuery, Shot, View
from footage.demo.make import make_sample_footage
from footage.demo.parts import find_parts

__all__ = [
    "FILMS",
    "SAMPLE_QUERIES",
    "Film",
    "SampleQuery",
    "Shot",
    "View",
    "find_parts",
    "make_sample_footage",
]
