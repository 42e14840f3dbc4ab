"""The tiny English model of Moonshine (Useful Sensors, MIT), run through ONNX Runtime.

The package moonshine-voice 0.1.0 is the last that carries its weights. Only those are used: its
own engine costs twice as much, hears less well in short pieces, and tells no probabilities.
The model: Jeffries et al., *Moonshine: Speech Recognition for Live Transcription and Voice
Commands*, 2024.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.errors import ReaderBroken
from footage.media.sound import SAMPLE_RATE, Samples
from footage.onnx import open_session

LANGUAGE = "en"
FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")

# On two cores one decodes video meanwhile, and of a second thread it gains little.
_THREADS = 1
_BEGIN, _END = 1, 2
_FIRST_PIECE = 3  # tokens below are no text
_HEADS, _HEAD_WIDTH = 8, 36
# Fast speech is about 5 tokens a second; a decoder in a loop never stops by itself.
_TOKENS_A_SECOND = 6.5
# What the encoder's filters need to give one frame; shorter sounds are filled up with silence.
_SHORTEST = SAMPLE_RATE // 8
_SPACE = "\u2581".encode()  # how SentencePiece writes it


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of recognized text, and how sure the model was of it, 0 to 1."""

    text: str  #: empty where a character is spread over several tokens, but for the last of them
    probability: float


class Moonshine:
    """Writes down what is said in a few seconds of English."""

    def __init__(self, folder: Path) -> None:
        """Load the model. Raises `ReaderBroken` where ``folder`` does not hold it."""
        encoder, decoder, vocabulary = (folder / name for name in FILES)
        self._encoder = open_session(encoder, threads=_THREADS, broken=ReaderBroken)
        self._decoder = open_session(decoder, threads=_THREADS, broken=ReaderBroken)
        self._pieces = _read_pieces(vocabulary)
        logits, *present = self._decoder.get_outputs()
        if len(self._pieces) != logits.shape[-1]:
            raise ReaderBroken(f"{vocabulary} is damaged: it has {len(self._pieces):,} tokens")
        self._cache = [output.name.replace("present", "past_key_values") for output in present]

    def transcribe(self, samples: Samples) -> list[Token]:
        """The most probable text, token by token; empty where the model hears none.

        Joined as they are they make up the text.
        """
        padded = np.pad(samples, (0, max(0, _SHORTEST - len(samples))))
        sound = np.ascontiguousarray(padded[None], np.float32)
        mask = np.ones(sound.shape, np.int64)
        (heard,) = self._encoder.run(None, {"input_values": sound, "attention_mask": mask})
        fixed = {"encoder_hidden_states": heard, "encoder_attention_mask": mask}
        tokens: list[Token] = []
        characters = codecs.getincrementaldecoder("utf-8")("replace")
        token, past = _BEGIN, self._nothing_said()
        for step in range(round(len(samples) / SAMPLE_RATE * _TOKENS_A_SECOND) + 2):
            token, probability = self._next(token, fixed, past, first=step == 0)
            if token == _END:
                break
            text = characters.decode(self._pieces[token])
            tokens.append(Token(text if tokens else text.lstrip(), probability))
        return tokens

    def _next(
        self, token: int, fixed: dict[str, Any], past: dict[str, Any], *, first: bool
    ) -> tuple[int, float]:
        """The token after ``token`` and its probability; ``past`` is brought up to date."""
        logits, *present = self._decoder.run(
            None,
            {
                "input_ids": np.array([[token]], np.int64),
                "use_cache_branch": np.array([not first]),
                **fixed,
                **past,
            },
        )
        for name, value in zip(self._cache, present, strict=True):
            if first or ".decoder." in name:  # what was heard does not change while it is written
                past[name] = value
        return _most_probable(logits[0, -1])

    def _nothing_said(self) -> dict[str, Any]:
        return {name: np.zeros((1, _HEADS, 0, _HEAD_WIDTH), np.float32) for name in self._cache}


def _most_probable(logits: NDArray[np.float32]) -> tuple[int, float]:
    best = int(logits.argmax())
    return best, 1.0 / float(np.exp(logits.astype(np.float64) - logits[best]).sum())


def _read_pieces(path: Path) -> list[bytes]:
    """The text of each token: strings after their lengths, of 7 bits or of 15 in two bytes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReaderBroken(f"{path} cannot be read ({error.strerror})") from error
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            if at == len(data):
                break
            length += 128 * data[at] - 128
            at += 1
        piece = data[at : at + length] if len(pieces) >= _FIRST_PIECE else b""
        pieces.append(piece.replace(_SPACE, b" "))
        at += length
    return pieces
