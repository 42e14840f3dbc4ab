"""`python -m training --data DIR`: make the lite embedder's weights and measure them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training.finetune import TuneRecipe
from training.head import Recipe
from training.pipeline import build, prepare, tune
from training.tune import compare

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "src" / "footage" / "embedders" / "lite_model"


def main() -> None:
    """Read the command line and run the recipe."""
    options = _options()
    corpus = tune(prepare(options.data, options.work), options.work, TuneRecipe())
    if options.tune:
        compare(corpus)
        return
    report = build(corpus, options.work, options.out, Recipe())
    if not options.keep_fp32:
        for kind in ("image", "text"):
            (options.work / f"{kind}.fp32.onnx").unlink()
    print(json.dumps(report, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="the package's model folder")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="caches and the report")
    parser.add_argument("--keep-fp32", action="store_true", help="leave the fp32 towers in --work")
    parser.add_argument("--tune", action="store_true", help="compare constants instead of building")
    return parser.parse_args()


if __name__ == "__main__":
    main()
