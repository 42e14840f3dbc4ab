"""These tests need the extras speech and ocr: elsewhere they are not collected."""

from __future__ import annotations

from footage.readers import screen, speech

collect_ignore = [
    *([] if speech.status().usable else ["test_speech.py", "test_moonshine.py"]),
    *([] if screen.status().usable else ["test_screen.py"]),
]
