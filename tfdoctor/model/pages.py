"""Codes and families of the findings on saved models, by name: what the rules say, without importing all of them."""

from typing import Final

_CONFIG: Final = {
    "config-arg-from-newer-keras": "TFD701",
    "unknown-class-from-newer-keras": "TFD702",
    "keras2-file-in-keras3": "TFD703",
    "keras3-minor-custom-object-key": "TFD704",
    "old-config-format-regression": "TFD705",
    "keras3-nested-model-reload": "TFD706",
    "lambda-bytecode-python-mismatch": "TFD707",
    "pickle-of-keras-object": "TFD708",
    "lambda-safe-mode": "TFD709",
    "custom-object-not-registered": "TFD710",
    "savedmodel-dir-in-keras3": "TFD711",
    "dot-keras-zip-in-old-tf": "TFD712",
    "keras-applications-save-bug": "TFD713",
    "savedmodel-keras-metadata-change": "TFD714",
    "savedmodel-keras-metadata-missing": "TFD715",
    "training-config-key-missing": "TFD716",
    "layer-variables-changed-between-versions": "TFD721",
    "dot-keras-weight-key-change": "TFD722",
    "gru-reset-after-default": "TFD723",
    "optimizer-state-legacy-vs-new": "TFD724",
    "mac-legacy-optimizer-fallback": "TFD725",
}
_GRAPH: Final = {
    "op-not-registered-newer-producer": "TFD741",
    "op-not-registered-missing-plugin-import": "TFD742",
    "graphdef-attr-from-newer-producer": "TFD743",
    "tf1-graph-api-in-tf2": "TFD744",
    "tf1-hub-module-in-tf2": "TFD745",
    "tf1-savedmodel-shape-check": "TFD746",
    "tflite-runtime-older-than-converter": "TFD747",
}
PAGES: Final = {
    **{name: (code, "model-keras-config") for name, code in _CONFIG.items()},
    **{name: (code, "model-graph") for name, code in _GRAPH.items()},
}
"""Importing the rules takes a fifth of a second's budget; a test compares the two."""
