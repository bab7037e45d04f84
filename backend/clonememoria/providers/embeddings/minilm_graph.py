"""MiniLM as a graph for onnxruntime, made of its weights alone; knows no file and no tokenizer.

The large products are in int8, which doubles the speed: the weights with a scale for each column,
what they are multiplied with a scale for each token. So a text has the same vector in every batch,
which it would not have with one scale for all (as `DynamicQuantizeMatMul` takes it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Tensor = NDArray[np.generic]
Weights = Mapping[str, NDArray[np.float32]]

INPUT: Final = "tokens"
OUTPUT: Final = "embedding"
LAYERS: Final = 6
HEADS: Final = 12
HEAD_PARTS: Final = ("query", "key", "value")
NORM_EPSILON: Final = 1e-12

# In 7 bits: the sum of two products with 8 would not fit the 16 that CPUs without VNNI have for it.
WEIGHT_LEVELS: Final = 63
INPUT_LEVELS: Final = 127

OPSET: Final = 20
IR_VERSION: Final = 9
CONTRIB: Final = "com.microsoft"


@dataclass(frozen=True, slots=True)
class Model:
    """`graph` names the tensors but does not hold them: 70 MB need not be copied twice."""

    graph: bytes
    tensors: Mapping[str, Tensor]


def build(weights: Weights) -> Model:
    """Token ids, padded with zeros, of shape (texts, length) to vectors of length 1."""
    graph = _Graph()
    x = _embedded(graph, weights)
    attended = graph.node("Cast", INPUT, to=TensorProto.BOOL)
    mask = graph.node("Cast", attended, to=TensorProto.INT32)
    for layer in range(LAYERS):
        x = _layer(graph, weights, f"encoder.layer.{layer}", x=x, mask=mask)
    shares = graph.node("Unsqueeze", graph.node("Cast", mask, to=TensorProto.FLOAT), graph.axis(2))
    total = graph.node("ReduceSum", graph.node("Mul", x, shares), graph.axis(1), keepdims=0)
    # The mean over the tokens; its division goes with the length.
    graph.nodes.append(helper.make_node("LpNormalization", [total], [OUTPUT], axis=-1, p=2))
    return Model(graph.model().SerializeToString(), graph.tensors)


def _embedded(graph: "_Graph", weights: Weights) -> str:
    at = "embeddings"
    # All tokens are of the first segment.
    positions = (
        weights[f"{at}.position_embeddings.weight"]
        + weights[f"{at}.token_type_embeddings.weight"][0]
    )
    words = graph.tensor("words", weights[f"{at}.word_embeddings.weight"])
    length = graph.node("Gather", graph.node("Shape", INPUT), graph.axis(1))
    first = graph.node(
        "Slice", graph.tensor("positions", positions), graph.axis(0), length, graph.axis(0)
    )
    x = graph.node("Add", graph.node("Gather", words, INPUT), first)
    return _normalized(graph, weights, f"{at}.LayerNorm", x=x)


def _layer(graph: "_Graph", weights: Weights, at: str, *, x: str, mask: str) -> str:
    heads = _dense(graph, weights, *(f"{at}.attention.self.{n}" for n in HEAD_PARTS), x=x)
    parts = graph.split(heads, len(HEAD_PARTS))
    seen = graph.node("MultiHeadAttention", *parts, "", mask, num_heads=HEADS, domain=CONTRIB)
    seen = _dense(graph, weights, f"{at}.attention.output.dense", x=seen)
    x = graph.node("Add", x, seen)
    x = _normalized(graph, weights, f"{at}.attention.output.LayerNorm", x=x)
    wide = graph.node("Gelu", _dense(graph, weights, f"{at}.intermediate.dense", x=x))
    narrow = _dense(graph, weights, f"{at}.output.dense", x=wide)
    return _normalized(graph, weights, f"{at}.output.LayerNorm", x=graph.node("Add", x, narrow))


def _normalized(graph: "_Graph", weights: Weights, at: str, *, x: str) -> str:
    scale, bias = (graph.tensor(f"{at}.{n}", weights[f"{at}.{n}"]) for n in ("weight", "bias"))
    return graph.node("LayerNormalization", x, scale, bias, epsilon=NORM_EPSILON)


def _dense(graph: "_Graph", weights: Weights, *names: str, x: str) -> str:
    """The product with all of these matrices beside each other."""
    matrix = np.concatenate([weights[f"{name}.weight"] for name in names]).T
    bias = np.concatenate([weights[f"{name}.bias"] for name in names])
    scales = np.abs(matrix).max(axis=0) / WEIGHT_LEVELS
    at = names[0]
    levels, x_scale = _quantized(graph, x)
    product = graph.node(
        "MatMulInteger",
        levels,
        graph.tensor(f"{at}.levels", np.rint(matrix / scales).astype(np.int8)),
        graph.constant("zero", np.array(INPUT_LEVELS + 1, np.uint8)),
    )
    y = graph.node("Cast", product, to=TensorProto.FLOAT)
    # One after the other: onnxruntime would take the product of both scales for one of all tokens.
    # https://github.com/microsoft/onnxruntime/pull/6169
    y = graph.node("Mul", y, graph.tensor(f"{at}.scales", scales))
    y = graph.node("Mul", y, x_scale)
    return graph.node("Add", y, graph.tensor(f"{at}.bias", bias))


def _quantized(graph: "_Graph", x: str) -> tuple[str, str]:
    """The levels as bytes around the zero, and the scale of each token."""
    largest = graph.node("ReduceMax", graph.node("Abs", x), graph.axis(-1), keepdims=1)
    step = graph.constant("step", np.array(1 / INPUT_LEVELS, np.float32))
    scale = graph.node("Mul", largest, step)
    levels = graph.node(
        "QuantizeLinear",
        graph.node("Div", x, scale),
        graph.constant("one", np.array(1, np.float32)),
        graph.constant("zero", np.array(INPUT_LEVELS + 1, np.uint8)),
    )
    return levels, scale


class _Graph:
    """Nodes in the order in which they were asked for; each has one output, named by a number."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, Tensor] = {}
        self._constants: dict[str, TensorProto] = {}

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: int | float) -> str:
        output = f"{kind}_{len(self.nodes)}"
        node = helper.make_node(kind, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return output

    def split(self, x: str, count: int) -> list[str]:
        parts = [f"Split_{len(self.nodes)}_{part}" for part in range(count)]
        self.nodes.append(helper.make_node("Split", [x], parts, axis=-1, num_outputs=count))
        return parts

    def tensor(self, name: str, value: Tensor) -> str:
        self.tensors[name] = np.ascontiguousarray(value)
        return name

    def constant(self, name: str, value: Tensor) -> str:
        """Small, and held by the graph itself: shapes may depend on it."""
        self._constants[name] = numpy_helper.from_array(value, name)
        return name

    def axis(self, number: int) -> str:
        return self.constant(f"axis {number}", np.array([number], np.int64))

    def model(self) -> ModelProto:
        tensors = [_stub(name, value) for name, value in self.tensors.items()]
        graph = helper.make_graph(
            self.nodes,
            "MiniLM",
            [helper.make_tensor_value_info(INPUT, TensorProto.INT64, ["texts", "length"])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", "dimensions"])],
            [*self._constants.values(), *tensors],
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def _stub(name: str, value: Tensor) -> TensorProto:
    """Says what the tensor is, and that it is handed over beside the graph."""
    stub = TensorProto(
        name=name,
        dims=value.shape,
        data_type=helper.np_dtype_to_tensor_dtype(value.dtype),
        data_location=TensorProto.EXTERNAL,
    )
    stub.external_data.add(key="location", value="memory")
    return stub
