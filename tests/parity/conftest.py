"""These tests need torch and open_clip, which footage does not: elsewhere they are not collected."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("open_clip") else ["test_open_clip.py", "exported.py"]
