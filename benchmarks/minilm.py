"""MiniLM, which ``speed.py`` measures beside this library.

    python benchmarks/minilm.py build/minilm

writes a model in MiniLM's shape for ``speed.py --minilm build/minilm``. How long a
network takes depends on its shape, not on what it has learned; so where trained weights
cannot be downloaded, random ones do for this measurement, and for nothing else. Its
word pieces are learned from this project's own conversations. A folder with the trained
``model.onnx`` and ``tokenizer.json`` is taken as well.

Writing the model needs torch, transformers and tokenizers (dependency group
``minilm``); running it needs onnxruntime and tokenizers (dependency group ``peers``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"

# all-MiniLM-L6-v2, from its published config.json.
MINILM = {
    "vocab_size": 30_522,
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
}
_MOST_PIECES = 256  # of a text; its model card cuts there
_TOGETHER = 32  # texts, as sentence-transformers takes them


def minilm(folder: Path) -> Callable[[Sequence[str]], None]:
    """Load a MiniLM for onnxruntime, on one core.

    Parameters
    ----------
    folder : Path
        With ``model.onnx`` and ``tokenizer.json``.

    Returns
    -------
    callable
        Makes one vector of each text, in batches of texts about as long.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        folder / MODEL, options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(_MOST_PIECES)
    tokenizer.enable_padding()
    names = {given.name for given in session.get_inputs()}

    def work(texts: Sequence[str]) -> None:
        by_length = sorted(texts, key=len)
        for first in range(0, len(by_length), _TOGETHER):
            pieces = tokenizer.encode_batch(by_length[first : first + _TOGETHER])
            given = {
                "input_ids": np.array([piece.ids for piece in pieces]),
                "attention_mask": np.array([piece.attention_mask for piece in pieces]),
                "token_type_ids": np.array([piece.type_ids for piece in pieces]),
            }
            states = session.run(
                None, {name: given[name] for name in given if name in names}
            )[0]
            mask = given["attention_mask"][:, :, None]
            _ = (states * mask).sum(axis=1) / mask.sum(axis=1)

    return work


def write_minilm(folder: Path) -> None:
    """Write a model in MiniLM's shape, and a tokenizer of its kind.

    Parameters
    ----------
    folder : Path
        Made if it does not exist. The word pieces are learned from this project's own
        conversations.
    """
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel

    folder.mkdir(parents=True, exist_ok=True)
    pieces = BertWordPieceTokenizer()
    pieces.train_from_iterator(own_texts(), vocab_size=MINILM["vocab_size"])
    pieces.save(str(folder / TOKENIZER))
    torch.manual_seed(0)
    config = BertConfig(**MINILM, attn_implementation="eager")
    bert = BertModel(config, add_pooling_layer=False).eval()

    class LastStates(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any, types: Any) -> Any:
            return self.bert(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types
            ).last_hidden_state

    example = torch.ones((2, 8), dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    with torch.inference_mode():
        torch.onnx.export(
            LastStates().eval(),
            (example, example, example * 0),
            folder / MODEL,
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in names},
            dynamo=False,
        )


def own_texts() -> list[str]:
    """Give the texts of this project's own conversations."""
    files = sorted((HERE.parent / "data" / "conversations").glob("*.jsonl"))
    rows = [row for file in files for row in file.read_text("utf-8").splitlines()]
    return [json.loads(row)["text"] for row in rows]


def main() -> int:
    """Write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    write_minilm(given.folder)
    print(f"{given.folder}: a model in MiniLM's shape, untrained")
    return 0


if __name__ == "__main__":
    sys.exit(main())
