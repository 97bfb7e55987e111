"""How things are run by default: modes, types, policies, threads, oneDNN; and what TensorFlow makes of Python's numbers."""

from .registry import Family

FAMILY = Family("execution")


@FAMILY.experiment(
    "defaults",
    (
        "tf.executing_eagerly",
        "tf.keras.backend.floatx",
        "tf.keras.backend.epsilon",
        "tf.keras.backend.image_data_format",
    ),
    "Whether execution is eager, and Keras's floatx, epsilon and image_data_format.",
)
def defaults(lab):
    backend = lab.keras.backend
    return {
        "eager": str(lab.eager),
        "floatx": backend.floatx(),
        "epsilon": [backend.epsilon()],
        "image_data_format": backend.image_data_format(),
    }


@FAMILY.experiment(
    "v2-behavior",
    ("tf.compat.v1.enable_v2_behavior", "tf.compat.v1.resource_variables_enabled"),
    "Whether the behaviours of TensorFlow 2 are on: resource variables, control flow, tensor equality, shapes.",
)
def v2_behavior(lab):
    v1 = lab.v1
    found = {}
    for name in ("resource_variables_enabled", "control_flow_v2_enabled"):
        found[name] = str(getattr(v1, name, lambda: "none")())
    one = lab.tf.constant([1.0, 2.0])
    equal = one == lab.tf.constant([1.0, 2.0])
    found["=="] = "of the objects" if isinstance(equal, bool) else "of the elements"
    found["shape[0]"] = type(one.shape[0]).__name__
    return found


@FAMILY.experiment(
    "keras-generation",
    ("tf.keras.Model", "tf.keras.layers.Layer"),
    "The generation of Keras that tf.keras is, and whether its model is an tf.Module.",
)
def generation(lab):
    model = lab.keras.Sequential([lab.keras.layers.Dense(1, input_shape=(1,))])
    return {
        "generation": lab.keras_version.split(".")[0],
        "tf.Module": str(isinstance(model, lab.tf.Module)),
        "functional": str(type(model).__mro__[1].__name__),
        "weight": type(model.weights[0]).__name__.replace("BaseResourceVariable", "ResourceVariable"),
    }


@FAMILY.experiment(
    "policy",
    ("tf.keras.mixed_precision.global_policy",),
    "The default policy of types, and the types of weights and outputs under mixed_float16.",
)
def policy(lab):
    keras = lab.keras
    mixed = lab.symbol("tf.keras.mixed_precision")
    found = {}
    for place in (mixed, getattr(mixed, "experimental", mixed)):
        if hasattr(place, "global_policy"):
            found["default"] = place.global_policy().name
            set_policy = getattr(place, "set_global_policy", None) or place.set_policy
            break
    set_policy("mixed_float16")
    layer = keras.layers.Dense(2)
    output = layer(lab.tf.ones([1, 2]))
    set_policy("float32")
    found["output"] = lab.tf.as_dtype(output.dtype).name
    found["weights"] = lab.tf.as_dtype(layer.weights[0].dtype).base_dtype.name
    return found


@FAMILY.experiment(
    "compiled-defaults",
    ("tf.keras.Model.compile",),
    "jit_compile, run_eagerly and steps_per_execution of a model compiled with default arguments; its optimizer if none "
    "is given.",
    ("jit_compile", "run_eagerly", "steps_per_execution", "optimizer"),
)
def compiled(lab):
    model = lab.keras.Sequential([lab.keras.layers.Dense(1, input_shape=(2,))])
    found = {}
    try:
        model.compile()
        found["optimizer"] = type(model.optimizer).__name__
    except Exception as error:
        found["optimizer"] = type(error).__name__
    model.compile("sgd", "mse")
    model.train_on_batch(lab.pattern(2, 2), lab.pattern(2, 1))
    jit = getattr(model, "jit_compile", getattr(model, "_jit_compile", "none"))
    found["jit_compile"] = str(jit)
    found["run_eagerly"] = str(model.run_eagerly)
    found["optimizer jit"] = str(
        getattr(model.optimizer, "jit_compile", getattr(model.optimizer, "_jit_compile", "none"))
    )
    return found


@FAMILY.experiment(
    "eager-in-layers",
    ("tf.keras.Model.fit", "tf.keras.layers.Lambda"),
    "Whether a layer's Python code runs once (a graph is made) or at each of 3 steps of fit.",
    ("run_eagerly",),
)
def eager_layers(lab):
    keras = lab.keras
    calls = []

    class Counting(keras.layers.Layer):
        def call(self, inputs):
            calls.append(1)
            return inputs

    model = keras.Sequential([keras.layers.Dense(1, input_shape=(1,)), Counting()])
    model.compile("sgd", "mse")
    del calls[:]
    model.fit(lab.pattern(6, 1), lab.pattern(6, 1), batch_size=2, epochs=2, verbose=0)
    return {"python runs": "at each step" if len(calls) >= 6 else "while tracing"}


@FAMILY.experiment(
    "onednn",
    ("tf.config", "tf.nn.conv2d"),
    "Whether a convolution and a matrix product are computed with oneDNN by default, on this processor.",
)
def onednn(lab):
    v1 = lab.v1
    with v1.Graph().as_default(), v1.Session() as session:
        given = v1.placeholder("float32", [1, 16, 16, 8])
        conv = lab.tf.nn.conv2d(given, lab.tf.ones([3, 3, 8, 8]), 1, "SAME")
        product = lab.tf.matmul(lab.tf.reshape(given, [32, 64]), lab.tf.ones([64, 64]))
        told = v1.RunMetadata()
        options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
        session.run([conv, product], {given: lab.pattern(1, 16, 16, 8)}, options=options, run_metadata=told)
    ran = [node.timeline_label for device in told.step_stats.dev_stats for node in device.node_stats]
    return {"oneDNN": "used" if any("_Mkl" in label for label in ran) else "not used"}


@FAMILY.experiment(
    "threads",
    ("tf.config.threading.get_intra_op_parallelism_threads",),
    "The numbers of threads that are set by default (0: as many as there are cores), soft placement, and memory growth.",
)
def threads(lab):
    config = lab.tf.config
    return {
        "intra": [config.threading.get_intra_op_parallelism_threads()],
        "inter": [config.threading.get_inter_op_parallelism_threads()],
        "soft placement": str(config.get_soft_device_placement()),
        "jit": str(bool(config.optimizer.get_jit())),
    }


@FAMILY.experiment(
    "tensor-float-32",
    ("tf.config.experimental.tensor_float_32_execution_enabled",),
    "Whether TensorFloat-32 is used by default where there is a GPU that has it.",
)
def tensor_float(lab):
    return {"enabled": str(lab.symbol("tf.config.experimental.tensor_float_32_execution_enabled")())}


@FAMILY.experiment(
    "python-numbers",
    ("tf.constant", "tf.convert_to_tensor", "tf.range", "tf.cast"),
    "Types of tensors made of Python's numbers and NumPy's arrays, and of their sums and quotients.",
    ("dtype",),
)
def python_numbers(lab):
    tf, np = lab.tf, lab.np

    def kind(make):
        try:
            return make().dtype.name
        except Exception as error:
            return type(error).__name__

    return {
        "1.5": kind(lambda: tf.constant(1.5)),
        "1": kind(lambda: tf.constant(1)),
        "2 ** 40": kind(lambda: tf.constant(2**40)),
        "numpy": kind(lambda: tf.constant(np.array([1.5]))),
        "range": kind(lambda: tf.range(3)),
        "int / int": kind(lambda: tf.constant(3) / tf.constant(2)),
        "float32 + 1": kind(lambda: tf.constant(1.5) + 1),
        "int32 + 1.5": kind(lambda: tf.constant(1) + 1.5),
        "float32 + float64": kind(lambda: tf.constant(1.5) + tf.constant(1.5, dtype=tf.float64)),
        "float32 + numpy float64": kind(lambda: tf.constant(1.5) + np.float64(1.5)),
    }


@FAMILY.experiment(
    "keras-input-types",
    ("tf.keras.Model.predict", "tf.keras.Model.fit"),
    "The type in which a model sees float64, uint8 and int64 arrays, and the type of what predict returns.",
)
def input_types(lab):
    keras, np = lab.keras, lab.np
    seen = []

    class Noting(keras.layers.Layer):
        def call(self, inputs):
            seen.append(lab.tf.as_dtype(inputs.dtype).name)
            return inputs

    found = {}
    for kind in ("float64", "uint8", "int64"):
        model = keras.Sequential([Noting()])
        try:
            output = model.predict(np.ones((1, 2), kind))
            found[kind] = "%s, returned as %s" % (seen[-1], output.dtype)
        except Exception as error:
            found[kind] = type(error).__name__
    return found


@FAMILY.experiment(
    "autograph",
    ("tf.function",),
    "Whether tf.function makes a loop over a tensor and an if of a tensor part of the graph, and how often it traces for "
    "Python's numbers.",
    ("autograph", "reduce_retracing"),
)
def autograph(lab):
    tf = lab.tf
    traces = []

    @tf.function
    def total(numbers, by):
        traces.append(1)
        found = 0.0
        for one in numbers:
            if one > 1.0:
                found += one * by
        return found

    values = [lab.array(total(tf.constant([1.0, 2.0, 3.0]), by)) for by in (1.0, 2.0, 3.0)]
    return {"values": lab.np.ravel(values), "traces": [len(traces)]}


@FAMILY.experiment(
    "division-and-reduction",
    ("tf.reduce_mean", "tf.math.floordiv", "tf.math.reduce_std", "tf.argmax"),
    "Mean of integers, quotients of negative integers, argmax of ties, rounding of halves, deviation, sorting.",
    ("axis",),
)
def reductions(lab):
    tf = lab.tf
    whole = tf.constant([1, 2, 4])
    made = {
        "mean of integers": tf.reduce_mean(whole),
        "-7 // 2": tf.constant(-7) // tf.constant(2),
        "-7 % 3": tf.constant(-7) % tf.constant(3),
        "argmax of ties": tf.argmax(tf.constant([1.0, 3.0, 3.0])),
        "argmax of rows": tf.argmax(tf.constant([[1.0, 3.0], [4.0, 2.0]])),
        "round": tf.round(tf.constant([0.5, 1.5, 2.5, -0.5])),
        "deviation": tf.math.reduce_std(tf.constant([1.0, 2.0, 4.0])),
        "to integer": tf.cast(tf.constant([1.9, -1.9]), tf.int32),
        "top of ties": tf.math.top_k(tf.constant([2.0, 5.0, 5.0, 1.0]), 2)[1],
        "matmul": tf.matmul(lab.pattern(5, 7), lab.pattern(7, 3)),
    }
    return {name: lab.array(value) for name, value in made.items()}


@FAMILY.experiment(
    "not-a-number",
    ("tf.reduce_max", "tf.nn.relu", "tf.maximum"),
    "What operations make of numbers that are none: relu, maximum, reduce_max, argmax, and division by zero.",
)
def not_a_number(lab):
    tf = lab.tf
    none = tf.constant([1.0, float("nan"), 2.0])
    made = {
        "relu": tf.nn.relu(none),
        "maximum": tf.maximum(none, 0.0),
        "reduce_max": tf.reduce_max(none),
        "argmax": tf.argmax(none),
        "divide_no_nan": tf.math.divide_no_nan(tf.constant([1.0, 0.0]), tf.constant([0.0, 0.0])),
        "gather beyond": tf.gather(tf.constant([1.0, 2.0]), tf.constant([0, 1])),
    }
    return {name: lab.told(value) for name, value in made.items()}


@FAMILY.experiment(
    "linear-algebra",
    ("tf.linalg.svd", "tf.linalg.eigh", "tf.linalg.inv", "tf.linalg.qr"),
    "Singular values, eigenvalues, inverse and QR of a fixed matrix, with their signs.",
)
def linear_algebra(lab):
    matrix = lab.constant(lab.pattern(3, 3) + lab.np.eye(3, dtype="float32") * 2.0)
    linalg = lab.tf.linalg
    return {
        "singular": lab.array(linalg.svd(matrix, compute_uv=False)),
        "eigen": lab.array(linalg.eigh(matrix + lab.tf.transpose(matrix))[0]),
        "inverse": lab.array(linalg.inv(matrix)),
        "r": lab.array(linalg.qr(matrix)[1]),
    }


@FAMILY.experiment(
    "deterministic-ops",
    ("tf.config.experimental.enable_op_determinism",),
    "Whether tf.config.experimental.enable_op_determinism is there, and what unseeded random numbers do then.",
)
def determinism(lab):
    lab.symbol("tf.config.experimental.enable_op_determinism")()
    try:
        lab.array(lab.tf.random.normal([2]))
    except Exception as error:
        return {"unseeded": type(error).__name__}
    return {"unseeded": "allowed"}
