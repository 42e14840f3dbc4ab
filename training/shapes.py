"""Sizes that the recipe and the runtime agree on."""

SIZE = 260
"""Width and height in pixels that EfficientNet-Lite2 was trained at."""
FEATURES = 1280
"""Numbers in the backbone's pooled output."""
WORDS = 384
"""Numbers in MiniLM's sentence vector, and so in ours."""
MAX_TOKENS = 128
"""Where a query is cut: MiniLM was trained on no longer text."""
OPSET = 17
"""Understood by every ONNX Runtime that the product accepts (1.19 and later)."""
