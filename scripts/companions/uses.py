"""Minimal uses of TensorFlow's companions, each for a child process of its own; offline, on the CPU, CPython 3.6+.

A use prints nothing that counts: it succeeds when it ends with status 0. Each does what the distribution is there for
(an op, a layer, a sample, a forward pass) rather than only an import.
"""

# Nothing may ask the network, nor wait for it.
PRELUDE = """
import os, socket
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", NO_GCE_CHECK="true")


def refuse(*args):
    raise OSError("no network in this test")


socket.socket.connect = socket.create_connection = refuse
"""

TEXT = """
import tensorflow as tf
import tensorflow_text as text
if not tf.executing_eagerly():
    tf.compat.v1.enable_eager_execution()
tokens = text.WhitespaceTokenizer().tokenize(["one two", "three"])
assert [[word.decode() for word in row] for row in tokens.to_list()] == [["one", "two"], ["three"]]
"""
PROBABILITY = """
import tensorflow as tf
import tensorflow_probability as tfp
if not tf.executing_eagerly():
    tf.compat.v1.enable_eager_execution()
normal = tfp.distributions.Normal(loc=0.0, scale=1.0)
assert normal.sample(7).shape == (7,)
assert abs(float(normal.log_prob(0.0)) + 0.9189385) < 1e-5
"""

IO = """
import tensorflow as tf
import tensorflow_io as tfio
if not tf.executing_eagerly():
    tf.compat.v1.enable_eager_execution()
data = None
try:
    colours = tfio.experimental.color.rgb_to_bgr
except AttributeError:
    from tensorflow_io.core.python.ops import core_ops as data
    assert [name for name in dir(data) if name.startswith("io_")]
    # The names of the ops are read from the library: it was loaded, whatever this release has of them.
else:
    assert colours(tf.zeros([2, 2, 3], tf.uint8)).shape == (2, 2, 3)
    coded = tfio.image.encode_bmp(tf.zeros([2, 2, 3], tf.uint8))
    assert coded.numpy()[:2] == b"BM"
"""

ADDONS = """
import tensorflow as tf
import tensorflow_addons as tfa
layer = tfa.layers.GroupNormalization(groups=2, axis=-1)
assert layer(tf.ones([2, 3, 4])).shape == (2, 3, 4)
turned = tfa.image.rotate(tf.ones([1, 4, 4, 1]), 1.57)
assert turned.shape == (1, 4, 4, 1)
assert tfa.optimizers.AdamW(weight_decay=1e-4) is not None
"""

HUB = """
import os, tempfile
import tensorflow as tf
import tensorflow_hub as hub
if tf.__version__.startswith("1."):
    tf.compat.v1.enable_v2_behavior()


class Doubling(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def __call__(self, x):
        return 2.0 * x


folder = os.path.join(tempfile.mkdtemp(), "module")
tf.saved_model.save(Doubling(), folder)
layer = hub.KerasLayer(folder)
assert float(layer(tf.constant([3.0]))[0]) == 6.0
"""

DATASETS = """
import tempfile
import tensorflow as tf
import tensorflow_datasets as tfds
try:  # old releases look for prepared data in the cloud, from C++, where nothing here refuses
    from tensorflow_datasets.core.utils import gcs_utils
    gcs_utils._is_gcs_disabled = True
    gcs_utils.is_dataset_on_gcs = lambda *args, **kwargs: False
    gcs_utils.gcs_dataset_info_files = lambda *args, **kwargs: []
except ImportError:
    pass
if tf.__version__.startswith("1."):
    tf.compat.v1.enable_v2_behavior()


class Tiny(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict({"x": tf.int64}))

    def _split_generators(self, dl_manager):
        return [tfds.core.SplitGenerator(name="train", gen_kwargs={})]

    def _generate_examples(self):
        for number in range(4):
            yield number, {"x": number}


try:
    names = tfds.list_builders(with_community_datasets=False)  # the others are listed in the cloud
except TypeError:
    names = tfds.list_builders()
assert len(names) > 20
builder = Tiny(data_dir=tempfile.mkdtemp())
builder.download_and_prepare(download_config=tfds.download.DownloadConfig(register_checksums=False))
assert sorted(int(row["x"]) for row in tfds.as_numpy(builder.as_dataset(split="train"))) == [0, 1, 2, 3]
"""

TF_KERAS = """
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf
import tf_keras
model = tf_keras.Sequential([tf_keras.layers.Dense(1, input_shape=(2,))])
model.compile("sgd", "mse")
model.fit(tf.zeros([4, 2]), tf.zeros([4, 1]), verbose=0)
if tuple(map(int, tf.__version__.split(".")[:2])) >= (2, 16):
    assert "tf_keras" in tf.keras.layers.Dense.__module__
"""

TRANSFORMERS = """
import tensorflow as tf
from transformers import BertConfig, TFBertModel
config = BertConfig(
    vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
    max_position_embeddings=16,
)
answer = TFBertModel(config)(tf.constant([[1, 2, 3]]))
assert answer[0].shape == (1, 3, 16)
"""

TUNER = """
import tempfile
import tensorflow as tf
import keras_tuner


def build(hp):
    model = tf.keras.Sequential([tf.keras.layers.Dense(hp.Int("units", 1, 2)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


import numpy as np
x, y = np.zeros([4, 2], "float32"), np.zeros([4, 1], "float32")
tuner = keras_tuner.RandomSearch(build, objective="loss", max_trials=1, directory=tempfile.mkdtemp())
tuner.search(x, y, epochs=1, verbose=0)
assert tuner.get_best_hyperparameters()
"""

PRUNING = """
import tensorflow as tf
import tensorflow_model_optimization as tfmot
try:
    import tf_keras as keras
except ImportError:
    keras = tf.keras
model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
pruned = tfmot.sparsity.keras.prune_low_magnitude(model)
assert pruned.layers
"""

RECOMMENDERS = """
import tensorflow as tf
import tensorflow_recommenders as tfrs
task = tfrs.tasks.Retrieval()
loss = task(tf.ones([2, 3]), tf.ones([2, 3]))
assert float(loss) > 0
"""

FORESTS = """
import pandas
import tensorflow as tf
import tensorflow_decision_forests as tfdf
frame = pandas.DataFrame({"x": list(range(40)), "y": [int(number > 20) for number in range(40)]})
data = tfdf.keras.pd_dataframe_to_tf_dataset(frame, label="y")
model = tfdf.keras.RandomForestModel(num_trees=2)
model.fit(data)
"""

RANKING = """
import tensorflow as tf
import tensorflow_ranking as tfr
assert tfr.keras.losses.SoftmaxLoss is not None
"""

SLIM = """
import tensorflow as tf
import tf_slim as slim
with tf.Graph().as_default():
    assert slim.fully_connected(tf.zeros([2, 3]), 4).shape == (2, 4)
"""

MODELS = """
import tensorflow as tf
from official.nlp.modeling import layers
assert layers.OnDeviceEmbedding(4, 2)(tf.constant([[1, 2]])).shape == (1, 2, 2)
"""

# In the order in which they are verified and named; the first are those that every release is asked for.
USES = {
    "tensorflow-text": TEXT,
    "tensorflow-probability": PROBABILITY,
    "tf-keras": TF_KERAS,
    "tensorflow-hub": HUB,
    "tensorflow-io": IO,
    "tensorflow-addons": ADDONS,
    "tensorflow-datasets": DATASETS,
    "transformers": TRANSFORMERS,
    "keras-tuner": TUNER,
    "tensorflow-model-optimization": PRUNING,
    "tensorflow-recommenders": RECOMMENDERS,
    "tensorflow-decision-forests": FORESTS,
    "tensorflow-ranking": RANKING,
    "tf-slim": SLIM,
    "tf-models-official": MODELS,
}
MAIN = tuple(USES)[:8]
