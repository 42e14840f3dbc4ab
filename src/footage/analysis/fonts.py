"""Fonts for drawings: what has letters of many alphabets, where such a one is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

# Pillow's own font has letters of Latin alone.
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "arial.ttf")
_CJK_FONTS = ("NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "PingFang.ttc", "msgothic.ttc")
_CJK = "\u2e80"  # from here on, those fonts know more


def font_for(size: int, text: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The first font there is that should have the letters of a text, in pixels."""
    from PIL import ImageFont

    for name in (*_CJK_FONTS, *_FONTS) if max(text, default="") >= _CJK else _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
