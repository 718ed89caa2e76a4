"""Make ``word_vectors.npz``: where words lie near each other in meaning.

    python data/word_vectors.py FOLDER

FOLDER holds the encoder all-MiniLM-L6-v2 (Apache-2.0) as its authors publish it:
``model.safetensors`` and ``tokenizer.json``. Each word of this project's texts, and
each of the encoder's commonest words, is read by itself; what comes out is kept in 96
directions, those in which our words differ most, one byte each. Besides this package
the script needs ``tokenizers``; training needs the file it writes, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from empathy_score.sentences import sentences_of

HERE = Path(__file__).resolve().parent
OUT = HERE / "word_vectors.npz"
N_DIMENSIONS = 96
N_COMMON = 14000
"""How many of the encoder's pieces are looked at; the commonest come first."""
N_LAYERS, N_HEADS = 6, 12

Array = npt.NDArray[np.float32]
Weights = dict[str, Array]


def read_weights(file: Path) -> Weights:
    """Read the arrays of a safetensors file."""
    raw = file.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    found = {}
    for name, about in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        start, end = (8 + length + offset for offset in about["data_offsets"])
        values = np.frombuffer(raw[start:end], dtype=np.float32)
        found[name] = values.reshape(about["shape"])
    return found


def scaled(x: Array, weights: Weights, name: str) -> Array:
    """Layer normalization."""
    left = x - x.mean(-1, keepdims=True)
    left = left / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    return left * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def dense(x: Array, weights: Weights, name: str) -> Array:
    """Dense layer."""
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def attended(x: Array, weights: Weights, layer: str) -> Array:
    """Self-attention of texts of one length."""
    n_texts, n_pieces, width = x.shape
    query, key, value = (
        dense(x, weights, f"{layer}.attention.self.{part}")
        .reshape(n_texts, n_pieces, N_HEADS, -1)
        .transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    match = query @ key.transpose(0, 1, 3, 2) / np.sqrt(width / N_HEADS)
    match = np.exp(match - match.max(-1, keepdims=True))
    match /= match.sum(-1, keepdims=True)
    return (match @ value).transpose(0, 2, 1, 3).reshape(n_texts, n_pieces, width)


def encoded(pieces: npt.NDArray[np.int64], weights: Weights) -> Array:
    """Encode texts of one length, shape (n_texts, n_pieces): their mean vectors."""
    x = (
        weights["embeddings.word_embeddings.weight"][pieces]
        + weights["embeddings.position_embeddings.weight"][: pieces.shape[1]]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = scaled(x, weights, "embeddings.LayerNorm")
    for number in range(N_LAYERS):
        layer = f"encoder.layer.{number}"
        seen = dense(
            attended(x, weights, layer), weights, f"{layer}.attention.output.dense"
        )
        x = scaled(seen + x, weights, f"{layer}.attention.output.LayerNorm")
        wide = dense(x, weights, f"{layer}.intermediate.dense")
        wide = (wide * 0.5 * (1 + erf(wide / np.sqrt(2)))).astype(np.float32)
        narrow = dense(wide, weights, f"{layer}.output.dense")
        x = scaled(narrow + x, weights, f"{layer}.output.LayerNorm")
    return x.mean(axis=1)


def vectors_of(words: list[str], tokenizer: object, weights: Weights) -> Array:
    """Encode each word by itself; rows have length 1."""
    pieces = [tokenizer.encode(word).ids for word in words]  # type: ignore[attr-defined]
    found = np.zeros((len(words), 384), dtype=np.float32)
    for length in sorted({len(one) for one in pieces}):
        rows = [row for row, one in enumerate(pieces) if len(one) == length]
        for first in range(0, len(rows), 64):
            some = rows[first : first + 64]
            found[some] = encoded(np.array([pieces[row] for row in some]), weights)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def own_words() -> set[str]:
    """Words of this project's training texts, customers' too."""
    files = [
        *sorted((HERE / "conversations").glob("*.jsonl")),
        HERE / "contrast" / "train.jsonl",
        HERE / "peer_support" / "peer_support.jsonl",
    ]
    return {
        word
        for file in files
        for row in file.read_text(encoding="utf-8").splitlines()
        for _, _, plain in sentences_of(json.loads(row)["text"])
        for word in re.findall(r"\w+|[?!]", plain)
    }


def main() -> int:
    """Read the encoder, write the vectors."""
    from tokenizers import Tokenizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    weights = read_weights(folder / "model.safetensors")
    common = {
        word
        for word, rank in tokenizer.get_vocab().items()
        if rank < N_COMMON and re.fullmatch(r"[a-z]{3,}", word)
    }
    own = own_words()
    words = sorted(own | common)
    write(words, own, vectors_of(words, tokenizer, weights))
    return 0


def write(words: list[str], own: set[str], vectors: Array) -> None:
    """Keep the directions in which our own words differ most, one byte a number."""
    ours = np.array([word in own for word in words])
    centred = vectors - vectors[ours].mean(axis=0)
    directions = np.linalg.svd(centred[ours], full_matrices=False)[2][:N_DIMENSIONS]
    values = centred @ directions.T
    values *= 127 / np.abs(values).max()
    np.savez_compressed(OUT, words="\n".join(words), values=values.round().astype("i1"))


if __name__ == "__main__":
    sys.exit(main())
