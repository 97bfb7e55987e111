"""A small image classifier: convolution, batch normalisation, dropout, SGD with clipped gradients."""

import json
import random
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.optimizers import SGD

SEED = int(sys.argv[1])
random.seed(SEED)
np.random.seed(SEED)  # noqa: NPY002  as people write it
(tf.random.set_seed if hasattr(tf.random, "set_seed") else tf.compat.v1.set_random_seed)(SEED)

numbers = np.random.RandomState(7)
x = numbers.normal(size=(256, 8, 8, 1)).astype("float32")
y = (x[:, :4].mean(axis=(1, 2, 3)) > x[:, 4:].mean(axis=(1, 2, 3))).astype("float32")

model = tf.keras.Sequential(
    [
        layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dropout(0.1),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=SGD(0.1, momentum=0.9, clipnorm=0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=4, batch_size=32, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)
print(json.dumps({"loss": float(loss), "accuracy": float(accuracy)}))
