"""The fast form of the built-in model: the same int8 weights in a graph that multiplies int8.

The packaged file stores all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM; Reimers & Gurevych 2019, Sentence-BERT) with int8
weights, one scale a column, and casts them to fp32 at run time. This module writes a graph over the very same weights
with onnxruntime's fused int8 operators, mean pooling and unit length included, and no attention mask, since texts are
embedded one at a time. It is made in a fraction of a second and about twice as fast; docs/decisions/0007-embedding.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RECIPE = "qattention-1"  # part of the index's identity: change it when the vectors change
LAYERS = 6
HEADS = 12
_PER_LAYER = 6  # query, key, value, attention output, intermediate, output: in the order of use
_EPSILON = 1e-12
_MICROSOFT = "com.microsoft"


def fast_form(packaged: Path) -> bytes:
    """The serialised fast graph: `input_ids` int64 (1, n) -> `embedding` float32 (1, 384), of unit length.

    Deterministic: the same packaged file gives the same bytes. Raises ValueError when the file is not the graph that
    this recipe was written for.
    """
    import onnx
    from onnx import numpy_helper

    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(packaged)).graph.initializer}
    matrices = [name.removesuffix("_q") for name in weights if name.startswith("val_") and name.endswith("_q")]
    if len(matrices) != LAYERS * _PER_LAYER:
        raise ValueError(f"expected {LAYERS * _PER_LAYER} weight matrices, found {len(matrices)}")
    graph = _Graph(weights)
    hidden = graph.embeddings()
    for layer in range(LAYERS):
        hidden = graph.layer(layer, hidden, matrices[layer * _PER_LAYER : (layer + 1) * _PER_LAYER])
    return graph.finish(hidden)


class _Graph:
    """A graph under construction; every method adds nodes and returns the name of its output."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        import numpy as np
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, list(inputs), list(outputs), domain=domain, **attributes))
        return outputs[0]

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def normalised(self, hidden: str, skip: str, prefix: str, *, bias: str | None = None) -> str:
        """Layer normalisation of hidden + skip (+ bias)."""
        inputs = [hidden, skip, self.weight(f"{prefix}LayerNorm.weight"), self.weight(f"{prefix}LayerNorm.bias")]
        if bias is not None:
            inputs.append(self.weight(bias))
        output = f"{prefix}normalised"
        return self.node("SkipLayerNormalization", inputs, output, domain=_MICROSOFT, epsilon=_EPSILON)

    def product(self, hidden: str, matrix: str, output: str) -> str:
        """hidden (float, quantised on the fly, one scale a text) times an int8 matrix with one scale a column."""
        scale = self.constant(f"{matrix}_scale", self.weights[f"{matrix}_scale"][0])
        inputs = [hidden, self.weight(f"{matrix}_q"), scale]
        return self.node("DynamicQuantizeMatMul", inputs, output, domain=_MICROSOFT)

    def embeddings(self) -> str:
        """Word, position and (always zero) token type embeddings, normalised."""
        import numpy as np
        from onnx import TensorProto

        prefix = "inner.embeddings."
        word, position = f"{prefix}word_embeddings.weight", f"{prefix}position_embeddings.weight"
        quantised = self.node("Gather", [self.weight(f"{word}_q"), "input_ids"], "word_q")
        scale = self.node("Gather", [self.weight(f"{word}_scale"), "input_ids"], "word_scale")
        cast = self.node("Cast", [quantised], "word_float", to=TensorProto.FLOAT)
        words = self.node("Mul", [cast, scale], "words")
        table = self.weights[f"{position}_q"].astype(np.float32) * self.weights[f"{position}_scale"]
        table = table + self.weights[f"{prefix}token_type_embeddings.weight"][0]
        length = self.node("Shape", ["input_ids"], "length", start=1, end=2)
        bounds = [self.constant("zero", np.array([0], np.int64)), length, self.constant("one", np.array([1], np.int64))]
        positions = self.node("Slice", [self.constant("positions", table[None]), *bounds], "positions_used")
        return self.normalised(words, positions, prefix)

    def layer(self, number: int, hidden: str, matrices: Sequence[str]) -> str:
        """One transformer layer."""
        prefix = f"inner.encoder.layer.{number}."
        query, key, value, out, intermediate, output = matrices
        attended = self.attention(number, hidden, (query, key, value), prefix)
        attended = self.product(attended, out, f"{prefix}attended")
        attended = self.normalised(
            attended, hidden, f"{prefix}attention.output.", bias=f"{prefix}attention.output.dense.bias"
        )
        grown = self.product(attended, intermediate, f"{prefix}grown")
        bias = self.weight(f"{prefix}intermediate.dense.bias")
        active = self.node("BiasGelu", [grown, bias], f"{prefix}active", domain=_MICROSOFT)
        shrunk = self.product(active, output, f"{prefix}shrunk")
        return self.normalised(shrunk, attended, f"{prefix}output.", bias=f"{prefix}output.dense.bias")

    def attention(self, number: int, hidden: str, matrices: Sequence[str], prefix: str) -> str:
        """Self-attention; query, key and value are one int8 product."""
        import numpy as np

        packed = np.concatenate([self.weights[f"{name}_q"] for name in matrices], axis=1)
        scales = np.concatenate([self.weights[f"{name}_scale"][0] for name in matrices])
        biases = [self.weights[f"{prefix}attention.self.{name}.bias"] for name in ("query", "key", "value")]
        quantised = [f"{prefix}{part}" for part in ("quantised", "scale", "zero_point")]
        self.node("DynamicQuantizeLinear", [hidden], *quantised)
        inputs = [
            quantised[0],
            self.constant(f"{prefix}qkv", packed),
            self.constant(f"{prefix}qkv.bias", np.concatenate(biases)),
            quantised[1],
            self.constant(f"{prefix}qkv.scale", scales),
            "",  # no mask: one text, no padding
            quantised[2],
        ]
        return self.node("QAttention", inputs, f"{prefix}attention", domain=_MICROSOFT, num_heads=HEADS)

    def finish(self, hidden: str) -> bytes:
        """Mean over the word pieces, unit length, and the serialised model."""
        from onnx import TensorProto, helper

        mean = self.node("ReduceMean", [hidden], "mean", axes=[1], keepdims=0)
        self.node("LpNormalization", [mean], "embedding", axis=1, p=2)
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])
        embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 384])
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", [ids], [embedding], self.initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 8
        serialised: bytes = model.SerializeToString(deterministic=True)
        return serialised
