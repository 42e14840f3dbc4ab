"""`python -m training --data DIR`: make the lite embedder's weights and measure them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training.head import Recipe
from training.pipeline import build, prepare

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "src" / "footage" / "embedders" / "lite_model"


def main() -> None:
    """Read the command line and run the recipe."""
    options = _options()
    corpus = prepare(options.data, options.work)
    build(corpus, options.work, options.out, Recipe(seeds=options.seeds))
    print(json.dumps(json.loads((options.work / "report.json").read_text()), indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="the package's model folder")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="caches and fp32 towers")
    parser.add_argument("--seeds", type=int, default=Recipe.seeds, help="runs averaged")
    return parser.parse_args()


if __name__ == "__main__":
    main()
