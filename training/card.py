"""The model card and `report.json`, filled with what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from training.head import Recipe

TEMPLATE = Path(__file__).with_name("model_card.md")
NAMES = {"fp32": "fp32 towers", "int8": "**int8 towers (shipped)**", "ConSE alone": "ConSE alone"}


def write(folder: Path, work: Path, report: dict, recipe: Recipe) -> None:
    """Write `report.json` to `work` and `MODEL_CARD.md` to `folder`."""
    (work / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        recall=_recall_table(report["dev"]),
        kinds=_kinds_table(report["kinds"]),
        speed=_speed_table(report["ms_per_frame"]),
        images=f"{report['images']:,}",
        queries=f"{report['queries']:,}",
        image_size=_size(folder, "image.onnx"),
        text_size=_size(folder, "text.onnx"),
        tokenizer_size=_size(folder, "tokenizer.json"),
        canary_size=_size(folder, "canary.json", "canary.npz"),
        conse_weight=recipe.conse_weight,
        seeds=recipe.seeds,
    )
    (folder / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def _size(folder: Path, *names: str) -> str:
    return f"{sum((folder / name).stat().st_size for name in names) / 1e6:.2f} MB"


def _recall_table(dev: dict[str, dict[str, float]]) -> str:
    lines = ["| | R@1 | R@5 | R@10 |", "|---|---|---|---|"]
    for name, figures in dev.items():
        cells = " | ".join(f"{value:.1f}" for value in figures.values())
        lines.append(f"| {NAMES[name]} | {cells} |")
    return "\n".join(lines)


def _kinds_table(kinds: dict[str, dict[str, float]]) -> str:
    lines = ["| the caption names | queries | R@1 | R@5 | R@10 |", "|---|---|---|---|---|"]
    for kind, figures in kinds.items():
        queries, *shares = figures.values()
        cells = " | ".join(f"{value:.1f}" for value in shares)
        lines.append(f"| {kind} | {queries:,} | {cells} |")
    return "\n".join(lines)


def _speed_table(speed: dict[str, dict[str, float]]) -> str:
    lines = ["| ms a frame, one thread | batch 1 | batch 8 |", "|---|---|---|"]
    for precision, figures in speed.items():
        cells = " | ".join(f"{value:.1f}" for value in figures.values())
        lines.append(f"| image tower, {precision} | {cells} |")
    return "\n".join(lines)
