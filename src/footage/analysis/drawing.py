"""Drawings of circles, lines, boxes and short texts, as PNG or SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from footage.analysis.fonts import font_for
from footage.durable import draft_of
from footage.errors import LibraryUnwritable, UsageError

if TYPE_CHECKING:
    from PIL import ImageDraw

SUFFIXES = (".png", ".svg")
INK, PAPER, FAINT, QUIET = "#222222", "#ffffff", "#dddddd", "#666666"
EDGE, TITLE_FOOT = 24, 28  # pixels; where the title begins, and on what it stands
BADGE = 10.0  # pixels, the radius of one
LIGHT = 0.55  # luminance from which on dark ink is read better
# Told apart by people who do not tell all colours apart, too: B. Wong, "Points of view: Color
# blindness", Nature Methods 8, 2011; then lighter and darker ones.
COLOURS = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a7a00"),
    *("#5b3a8c", "#8c564b", "#7f7f7f", "#1b6e53", "#a83232"),
)


def colour(number: int) -> str:
    """The colour of a group, numbered from 0."""
    return COLOURS[number % len(COLOURS)]


@dataclass
class Drawing:
    """A drawing of so many pixels, from the top left corner; in PNG twice as many.

    Its title stands at the top.
    """

    width: int
    height: int
    title: str = ""
    _shapes: list[tuple[str, Callable[[ImageDraw.ImageDraw], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.title:
            self.text(EDGE, TITLE_FOOT, self.title, size=16)

    def badge(self, x: float, y: float, text: str, fill: str) -> None:
        """A disc around its centre, with a short text on it."""
        self.circle(x, y, BADGE + 1.5, PAPER)
        self.circle(x, y, BADGE, fill)
        ink = INK if _luminance(fill) > LIGHT else PAPER
        self.text(x, y + 4, text, size=11, anchor="middle", ink=ink, halo=False)

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A disc."""
        svg = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"/>'
        box = [2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)]
        self._shapes.append((svg, lambda draw: draw.ellipse(box, fill=fill)))

    def line(self, points: Iterable[tuple[float, float]], stroke: str, width: float = 1) -> None:
        """A line through two points or more."""
        through = list(points)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in through)
        svg = (
            f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="{width:g}"'
            ' stroke-linejoin="round"/>'
        )
        doubled = [(2 * x, 2 * y) for x, y in through]
        wide = max(1, round(2 * width))
        self._shapes.append((svg, lambda draw: draw.line(doubled, fill=stroke, width=wide)))

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle."""
        svg = (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' fill="{fill}"/>'
        )
        corners = [2 * x, 2 * y, 2 * (x + width), 2 * (y + height)]
        self._shapes.append((svg, lambda draw: draw.rectangle(corners, fill=fill)))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = 12,
        anchor: str = "start",
        ink: str = INK,
        halo: bool = True,
    ) -> None:
        """A line of text whose foot stands at ``y``; ``anchor`` is ``start``, ``middle``, ``end``.

        It has a halo of paper, so that it can be read on whatever lies below.
        """
        plain = _plain(text)
        around = f' stroke="{PAPER}" stroke-width="3" paint-order="stroke"' if halo else ""
        svg = (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{ink}"'
            f"{around}>{escape(plain)}</text>"
        )
        corner = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]

        def put(draw: ImageDraw.ImageDraw) -> None:
            wide = 3 if halo else 0
            font = font_for(2 * size, plain)
            draw.text(
                *((2 * x, 2 * y), plain, ink, font, corner), stroke_width=wide, stroke_fill=PAPER
            )

        self._shapes.append((svg, put))

    def to_svg(self) -> str:
        """The whole as an SVG document."""
        body = "\n".join(svg for svg, _ in self._shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}" font-family="sans-serif" role="img">\n'
            f"<title>{escape(_plain(self.title))}</title>\n"
            f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{body}\n</svg>\n'
        )

    def save(self, path: Path) -> None:
        """Write it; raises `UsageError` for another suffix, and `LibraryUnwritable`."""
        check_suffix(path)
        try:
            with draft_of(path) as draft:
                if path.suffix.lower() == ".svg":
                    draft.write_text(self.to_svg(), "utf-8")
                else:
                    self._save_png(draft)
        except OSError as error:
            raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error

    def _save_png(self, path: Path) -> None:
        from PIL import Image, ImageDraw

        image = Image.new("RGB", (2 * self.width, 2 * self.height), PAPER)
        draw = ImageDraw.Draw(image)
        for _, put in self._shapes:
            put(draw)
        image.save(path, "PNG")


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _luminance(fill: str) -> float:
    """How light ``#rrggbb`` is, 0 to 1, near enough to choose the ink on it."""
    red, green, blue = (int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def check_suffix(path: Path) -> None:
    """Raise `UsageError` for a file that is to be neither PNG nor SVG."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path.name} has no suffix of a plot", remedy="end it in .png or .svg")
