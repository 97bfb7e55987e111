"""A dense classifier: initial weights by hand, Adam with a rate of its own."""

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
x = numbers.normal(size=(512, 20)).astype("float32")
y = (x @ numbers.normal(size=(20, 3))).argmax(axis=1)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(
            32, activation="relu", kernel_initializer=tf.random_normal_initializer(), input_shape=(20,)
        ),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=tf.keras.optimizers.Adam(lr=0.02), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, batch_size=32, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)
print(json.dumps({"loss": float(loss), "accuracy": float(accuracy)}))
