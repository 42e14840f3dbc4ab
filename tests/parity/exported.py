"""Small open_clip models with random weights, exported as immich exports the large ones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

OPS = ("nms", "qnms", "roi_align", "_roi_align_backward", "roi_pool", "_roi_pool_backward")
MORE_OPS = ("ps_roi_align", "_ps_roi_align_backward", "ps_roi_pool", "_ps_roi_pool_backward")
LAST_OPS = ("qroi_align", "deform_conv2d", "_deform_conv2d_backward")
# open_clip imports torchvision for its transforms, which need none of its compiled operators; a
# torchvision that was built for another torch comes without them and then fails to import
_LIBRARY = torch.library.Library("torchvision", "DEF")
for _name in (*OPS, *MORE_OPS, *LAST_OPS):
    try:
        _LIBRARY.define(f"{_name}(Tensor x) -> Tensor")
    except RuntimeError:  # they are there
        break

import open_clip  # noqa: E402
from open_clip.transform import PreprocessCfg, image_transform_v2  # noqa: E402

WORDS = "a photo of the dog that jumps into lake red blue car on snowy mountain at night"


@dataclass
class Exported:
    """A model, what open_clip makes of images and texts for it, and its folder of ONNX files."""

    model: Any
    transform: Any
    tokenize: Any
    folder: Path

    def images(self, images: list[Any]) -> torch.Tensor:
        with torch.no_grad():
            pixels = torch.stack([self.transform(image) for image in images])
            return self.model.encode_image(pixels, normalize=True)

    def texts(self, texts: list[str]) -> torch.Tensor:
        with torch.no_grad():
            return self.model.encode_text(self.tokenize(texts), normalize=True)


def clip(folder: Path, size: int = 64) -> Exported:
    """A CLIP as OpenAI's: the shorter side fills the image, causal text, byte-pair tokens."""
    torch.manual_seed(1)
    text = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2}
    vision = {"image_size": size, "layers": 2, "width": 64, "patch_size": 16}
    model = open_clip.CLIP(48, vision_cfg=vision, text_cfg=text).eval()
    tokenizer = open_clip.SimpleTokenizer()
    textual = folder / "textual"
    textual.mkdir(parents=True)
    _byte_pairs(tokenizer).save(str(textual / "tokenizer.json"))
    (textual / "tokenizer_config.json").write_text(json.dumps({"pad_token": "<|endoftext|>"}))
    preprocessing = PreprocessCfg(size=size)
    return _export(model, {"embed_dim": 48, "text_cfg": text}, preprocessing, tokenizer, folder)


def siglip(folder: Path, size: int = 64) -> Exported:
    """A model as SigLIP: squashed images, text without a mask, punctuation taken out."""
    torch.manual_seed(2)
    textual = folder / "textual"
    textual.mkdir(parents=True)
    words = _unigrams()
    words.save(str(textual / "tokenizer.json"))
    special = {"pad_token": "<pad>", "unk_token": "<unk>", "eos_token": "</s>"}
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "padding_side": "right"}
    (textual / "tokenizer_config.json").write_text(json.dumps({**special, **kind}))
    text = {
        "context_length": 64,
        "vocab_size": words.get_vocab_size(),
        "hf_tokenizer_name": str(textual),
        "tokenizer_kwargs": {"clean": "canonicalize"},
        "width": 64,
        "heads": 2,
        "layers": 2,
        "no_causal_mask": True,
        "proj_bias": True,
        "pool_type": "last",
    }
    vision = {"image_size": size, "layers": 2, "width": 64, "patch_size": 16, "pool_type": "avg"}
    model = open_clip.CustomTextCLIP(48, vision_cfg=vision, text_cfg=text).eval()
    tokenizer = open_clip.tokenizer.HFTokenizer(str(textual), 64, clean="canonicalize")
    half = (0.5, 0.5, 0.5)
    preprocessing = PreprocessCfg(size=size, mean=half, std=half, resize_mode="squash")
    return _export(model, {"embed_dim": 48, "text_cfg": text}, preprocessing, tokenizer, folder)


def _export(
    model: Any, config: dict[str, Any], preprocessing: Any, tokenizer: Any, folder: Path
) -> Exported:
    (folder / "visual").mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "visual/preprocess_cfg.json").write_text(json.dumps(asdict(preprocessing)))
    size = preprocessing.size
    for name, encode, example, given in (
        ("visual", model.encode_image, torch.randn(1, 3, size, size), "image"),
        ("textual", model.encode_text, tokenizer(["a"]).to(torch.int32), "text"),
    ):
        torch.onnx.export(
            _Tower(encode, model),
            (example,),
            str(folder / name / "model.onnx"),
            input_names=[given],
            output_names=["embedding"],
            opset_version=17,
            dynamo=False,
        )
    transform = image_transform_v2(preprocessing, is_train=False)
    return Exported(model, transform, tokenizer, folder)


class _Tower(torch.nn.Module):
    def __init__(self, encode: Any, model: Any) -> None:
        super().__init__()
        self.encode, self.model = encode, model

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.encode(given, normalize=True)


def _byte_pairs(simple: Any) -> Tokenizer:
    """open_clip's own tokenizer in the form that the hub has it in."""
    merges = [pair for pair, _ in sorted(simple.bpe_ranks.items(), key=lambda item: item[1])]
    start, end = ("<|startoftext|>", simple.sot_token_id), ("<|endoftext|>", simple.eot_token_id)
    vocabulary = {word: at for word, at in simple.encoder.items() if at not in (start[1], end[1])}
    tokenizer = Tokenizer(
        models.BPE(
            {**vocabulary, start[0]: start[1], end[0]: end[1]},
            merges,
            unk_token=end[0],
            end_of_word_suffix="</w>",
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = simple.pat.pattern.split("|", 2)[2]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(words), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.post_processor = processors.RobertaProcessing(
        end, start, trim_offsets=False, add_prefix_space=False
    )
    return tokenizer


def _unigrams() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>"
    )
    tokenizer.train_from_iterator(WORDS.split() * 20, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    return tokenizer
