"""A classifier of token sequences with a GRU, the optimizer and the loss by their names; several labels at once."""

import json
import random
import sys

import numpy as np
import tensorflow as tf

SEED = int(sys.argv[1])
random.seed(SEED)
np.random.seed(SEED)  # noqa: NPY002  as people write it
(tf.random.set_seed if hasattr(tf.random, "set_seed") else tf.compat.v1.set_random_seed)(SEED)

numbers = np.random.RandomState(7)
x = numbers.randint(1, 30, size=(256, 10))
y = np.stack([x[:, 0] > 15, x[:, 1:].mean(axis=1) > 15, x[:, -1] > 10], axis=1).astype("float32")

model = tf.keras.Sequential(
    [
        tf.keras.layers.Embedding(30, 8),
        tf.keras.layers.GRU(16),
        tf.keras.layers.Dense(3, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=6, batch_size=16, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)
print(json.dumps({"loss": float(loss), "accuracy": float(accuracy), "weights": int(model.count_params())}))
