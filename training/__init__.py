"""How the weights of the `lite` embedder are made and measured; not installed."""
