"""Random numbers: which ones a seed gives, with state and without."""

from .registry import Family

FAMILY = Family("random")
DRAWN = {
    "normal": (([3],), {}),
    "uniform": (([3],), {}),
    "truncated_normal": (([3],), {}),
    "gamma": (([3], 2.0), {}),
    "poisson": ((), {"shape": [3], "lam": 4.0}),
}
SETS = "tf.random.set_seed(7) (TensorFlow 1: tf.set_random_seed)"


def drawn(lab, name):
    """Return numbers after the seed of TensorFlow alone, with the operation's own too, and drawn again."""
    given, options = DRAWN[name]
    function = getattr(lab.tf.random, name)
    lab.seed_tensorflow(7)
    found = {"seed of tensorflow": lab.array(function(*given, **options))}
    lab.seed_tensorflow(7)
    found["both seeds"] = lab.array(function(*given, seed=5, **options))
    found["again"] = lab.array(function(*given, seed=5, **options))
    return found


for _name in DRAWN:
    FAMILY.add(
        _name.replace("_", "-"),
        "tf.random.%s" % _name,
        "Numbers of tf.random.%s after %s, with seed=5 too, and the same call once more." % (_name, SETS),
        lambda lab, name=_name: drawn(lab, name),
        ("mean", "stddev", "minval", "maxval"),
    )


@FAMILY.experiment(
    "shuffle-categorical",
    ("tf.random.shuffle", "tf.random.categorical"),
    "tf.random.shuffle of 0 ... 9 and tf.random.categorical with seed=5 after %s." % SETS,
)
def shuffle(lab):
    lab.seed_tensorflow(7)
    return {
        "shuffle": lab.array(lab.tf.random.shuffle(lab.tf.range(10), seed=5)),
        "categorical": lab.array(lab.tf.random.categorical(lab.tf.zeros([1, 5]), 8, seed=5)),
        "integers": lab.array(lab.tf.random.uniform([6], 0, 100, dtype=lab.tf.int32, seed=5)),
    }


@FAMILY.experiment(
    "stateless",
    ("tf.random.stateless_normal", "tf.random.stateless_uniform", "tf.random.stateless_truncated_normal"),
    "Numbers of tf.random.stateless_normal, _uniform and _truncated_normal with seed=(1, 2).",
    ("alg",),
)
def stateless(lab):
    random = lab.tf.random
    return {
        name: lab.array(getattr(random, "stateless_" + name)([4], seed=[1, 2]))
        for name in ("normal", "uniform", "truncated_normal")
    }


@FAMILY.experiment(
    "generator",
    ("tf.random.Generator",),
    "Numbers of tf.random.Generator.from_seed(3), and of a split of it.",
    ("alg",),
)
def generator(lab):
    name = "tf.random.Generator" if lab.has("tf.random.Generator") else "tf.random.experimental.Generator"
    made = lab.symbol(name).from_seed(3)
    return {
        "normal": lab.array(made.normal([3])),
        "uniform": lab.array(made.uniform([3])),
        "state": lab.array(made.key),
    }


@FAMILY.experiment(
    "function-twice",
    ("tf.function", "tf.random.normal"),
    "Numbers of tf.random.normal(seed=5) in a tf.function that is called twice after %s, and outside of one." % SETS,
)
def function_twice(lab):
    tf = lab.tf
    lab.seed_tensorflow(7)

    @tf.function
    def draw():
        return tf.random.normal([2], seed=5)

    return {"function": lab.np.concatenate([lab.array(draw()), lab.array(draw())])}


@FAMILY.experiment(
    "nn-dropout",
    ("tf.nn.dropout",),
    "tf.nn.dropout(ones, rate=0.4, seed=5) after %s: what is dropped, and how the rest is scaled." % SETS,
)
def nn_dropout(lab):
    lab.seed_tensorflow(7)
    return {"output": lab.array(lab.tf.nn.dropout(lab.tf.ones([12]), rate=0.4, seed=5))}


@FAMILY.experiment(
    "keras-backend",
    ("tf.keras.backend.random_normal", "tf.keras.backend.random_uniform"),
    "Numbers of tf.keras.backend.random_normal and random_uniform with seed=5.",
    ("mean", "stddev"),
)
def backend(lab):
    made = lab.keras.backend
    return {
        "normal": lab.array(made.random_normal((3,), seed=5)),
        "uniform": lab.array(made.random_uniform((3,), seed=5)),
    }


@FAMILY.experiment(
    "set-random-seed",
    ("tf.keras.utils.set_random_seed",),
    "What tf.keras.utils.set_random_seed(5) seeds: numbers of Python, of NumPy, of TensorFlow and of a Dropout layer.",
)
def set_random_seed(lab):
    import random

    lab.symbol("tf.keras.utils.set_random_seed")(5)
    return {
        "python": [random.random()],
        "numpy": [lab.np.random.rand()],
        "tensorflow": lab.array(lab.tf.random.uniform([2])),
        "dropout": lab.array(lab.keras.layers.Dropout(0.5)(lab.tf.ones([12]), training=True)),
    }


@FAMILY.experiment(
    "v1-graph-seeds",
    ("tf.compat.v1.set_random_seed", "tf.compat.v1.random_normal"),
    "Numbers of tf.compat.v1.random_normal in a graph with a seed: without seed=, and with seed=5.",
)
def graph_seeds(lab):
    v1 = lab.v1
    with v1.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(7)
        return {
            "seed of the graph": session.run(v1.random_normal([3])),
            "both seeds": session.run(v1.random_normal([3], seed=5)),
        }
