"""Rules on graphs: operations and attributes that the reader does not know, TensorFlow 1, TensorFlow Lite."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import MODEL_GRAPH, Conclusion, rule
from tfdoctor.rules.model._cures import manual, newer_reader, source_release
from tfdoctor.rules.model._judge import conclude, judged


@rule("TFD741", MODEL_GRAPH)
def op_not_registered_newer_producer(case: Case) -> Iterator[Conclusion]:
    """A graph holds an operation that the TensorFlow which reads it does not have yet.

    ## What it checks
    In a log: "Op type not registered", where the operation is no plugin's, or the versions of graph and reader that
    TensorFlow prints. Without it: a graph that was written by a newer TensorFlow than the one that reads it.

    ## Why it matters
    A graph can be read by later releases, and only by chance by earlier ones: new releases write new operations, also
    for old code. It holds for TensorFlow Serving, TensorFlow.js and the C API alike.

    ## How to fix it
    Read it with a TensorFlow as new as the one that wrote it, or export it with the reader's version.

    ## Sources
    https://www.tensorflow.org/guide/versions, https://github.com/tensorflow/tensorflow/issues/62229
    """
    found = judged(case, "op-not-registered-newer-producer")
    if found is not None:
        yield conclude(
            found,
            f"This TensorFlow does not know {found[1].what}: the graph was written by a newer one",
            (
                *newer_reader(found[0], _since(case, found[1].events[0]["op"]) if found[1].events else "")[:1],
                manual("Or export the model again with the version that reads it."),
            ),
            evidence=_op_evidence(case, found[1].events[0]["op"]) if found[1].events else (),
        )


def _since(case: Case, name: str) -> str:
    core = case.matrix.graph_ops.core(name)
    return core.since if core is not None else ""


def _op_evidence(case: Case, name: str) -> tuple[Evidence, ...]:
    """Evidence: who registers an operation."""
    ops = case.matrix.graph_ops
    plugin, core, contrib = ops.plugin(name), ops.core(name), ops.contrib(name)
    fact = f"matrix.ops.{name}"
    if plugin is not None:
        return (Evidence(fact=fact, value=f"registered by {plugin.distribution}", source=plugin.source),)
    rows = []
    if contrib is not None:
        rows.append(Evidence(fact=fact, value="registered by tf.contrib of TensorFlow 1", source=contrib.source))
    if core is not None:
        rows.append(Evidence(fact=fact, value=f"since TensorFlow {core.since}", source=core.source))
    return tuple(rows)


@rule("TFD742", MODEL_GRAPH)
def op_not_registered_missing_plugin_import(case: Case) -> Iterator[Conclusion]:
    """A graph holds an operation of a plugin that was not imported before loading.

    ## What it checks
    In a log: "Op type not registered" with an operation of tensorflow-text, tensorflow-addons, tensorflow-io,
    tensorflow-decision-forests, tensorflow-compression, of tf.contrib and others.

    ## Why it matters
    A plugin registers its operations when its module is imported. Loading a graph imports nothing.

    ## How to fix it
    Install the plugin that fits this TensorFlow and import it before the model is loaded. TensorFlow Serving needs a
    build that contains it.

    ## Sources
    https://github.com/tensorflow/compression/issues/59, https://github.com/tensorflow/text
    """
    found = judged(case, "op-not-registered-missing-plugin-import")
    if found is None:
        return
    name = found[1].events[0]["op"] or found[1].events[0]["name"]
    row = case.matrix.graph_ops.plugin(name)
    contrib = case.matrix.graph_ops.contrib(name)
    owner = row.distribution if row is not None else "tf.contrib of TensorFlow 1" if contrib is not None else "a plugin"
    module = row.module if row is not None else "tensorflow.contrib" if contrib is not None else "the plugin's module"
    yield conclude(
        found,
        f"The operation {name!r} belongs to {owner}, which was not imported before the graph was loaded",
        (
            manual(f"Write: import {module}  (before the model is loaded)."),
            manual(f"Where it is not installed: install what it belongs to ({owner}) in the version that fits."),
        ),
        evidence=_op_evidence(case, name),
    )


@rule("TFD743", MODEL_GRAPH)
def graphdef_attr_from_newer_producer(case: Case) -> Iterator[Conclusion]:
    """A graph sets an attribute that the operation does not have yet in the TensorFlow that reads it.

    ## What it checks
    In a log: "NodeDef mentions attr … not in Op", and the question whether the reading binary is up to date.

    ## Why it matters
    New releases add attributes to operations and write them, also for old code. An older reader refuses the graph.

    ## How to fix it
    Read it with a TensorFlow as new as the one that wrote it. Or write the graph with the older version, or remove the
    attribute where it is at its default (`strip_default_attrs=True` when a SavedModel is written).

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/22994, https://www.tensorflow.org/guide/versions
    """
    found = judged(case, "graphdef-attr-from-newer-producer")
    if found is not None:
        view, cause = found
        event = cause.events[0]
        row = case.matrix.graph_ops.attr(event["op"], event["attr"])
        shown = (
            (Evidence(fact=f"matrix.ops.{event['op']}.{event['attr']}", value=f"since {row.since}", source=row.source),)
            if row is not None
            else ()
        )
        yield conclude(
            found,
            f"This TensorFlow does not know {cause.what}: the graph was written by a newer one",
            (
                *newer_reader(view, row.since if row is not None else "")[:1],
                manual("Or export it again with strip_default_attrs=True, or with the version that reads it."),
            ),
            evidence=shown,
        )


@rule("TFD744", MODEL_GRAPH)
def tf1_graph_api_in_tf2(case: Case) -> Iterator[Conclusion]:
    """Code that loads graphs the way of TensorFlow 1 runs under TensorFlow 2.

    ## What it checks
    In a log: the refusal to import meta graphs in eager mode, and missing functions of TensorFlow 1 for graphs.
    In code: `hub.Module`, `import_meta_graph`, sessions, where the reader is TensorFlow 2.

    ## Why it matters
    TensorFlow 2 computes eagerly and has no default graph. `hub.Module` and meta graphs need one.

    ## How to fix it
    `hub.load(url)` or `hub.KerasLayer` instead of `hub.Module`, `tf.saved_model.load` instead of a session. Or switch
    back: `import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()`.

    ## Sources
    https://www.tensorflow.org/hub/migration_tf2, https://www.tensorflow.org/guide/migrate
    """
    found = judged(case, "tf1-graph-api-in-tf2")
    if found is not None:
        yield conclude(
            found,
            "Graphs are loaded the way of TensorFlow 1, which TensorFlow 2 does not do in eager mode",
            (
                manual("Use hub.load or hub.KerasLayer, tf.saved_model.load, tf.compat.v1.import_graph_def."),
                manual("Or: import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()."),
            ),
        )


@rule("TFD745", MODEL_GRAPH)
def tf1_hub_module_in_tf2(case: Case) -> Iterator[Conclusion]:
    """A TensorFlow Hub module in the format of TensorFlow 1 is loaded as if it were one of TensorFlow 2.

    ## What it checks
    In a log: a loaded module that is not callable or needs a signature or tags.

    ## Why it matters
    A module of TensorFlow 1 has signatures and is no callable object; it cannot be trained in TensorFlow 2.

    ## How to fix it
    Name the signature: `hub.load(url).signatures["default"]`, `hub.KerasLayer(url, signature="default",
    output_key="default")`. Better: the newer version of the same module, in the format of TensorFlow 2.

    ## Sources
    https://www.tensorflow.org/hub/model_compatibility, https://www.tensorflow.org/hub/migration_tf2
    """
    found = judged(case, "tf1-hub-module-in-tf2")
    if found is not None:
        yield conclude(
            found,
            "The module is in the format of TensorFlow 1, whose object has signatures and cannot be called",
            (
                manual('Name the signature: hub.load(url).signatures["default"].'),
                manual("Or take the version of the module that is in the format of TensorFlow 2."),
            ),
        )


@rule("TFD746", MODEL_GRAPH)
def tf1_savedmodel_shape_check(case: Case) -> Iterator[Conclusion]:
    """A graph of TensorFlow 1 is refused because TensorFlow 2.2 and newer check the shapes that it stores.

    ## What it checks
    In a log: "has an _output_shapes attribute inconsistent with the GraphDef".

    ## Why it matters
    The stored shapes of some graphs are wrong, which older releases did not look at.

    ## How to fix it
    Remove the attribute `_output_shapes` from the nodes before the graph is imported, or read it with TensorFlow 2.1 or
    older and save it again.

    ## Sources
    https://github.com/tensorflow/tensorflow/blob/v2.2.0/tensorflow/core/graph/graph_constructor.cc
    """
    found = judged(case, "tf1-savedmodel-shape-check")
    if found is not None:
        yield conclude(
            found,
            "The graph stores shapes that do not fit its operations; TensorFlow checks them from 2.2 on",
            (
                manual("Delete the attribute _output_shapes of every node of the GraphDef before it is imported."),
                manual("Or read it with TensorFlow 2.1 or older, and save it again."),
                *source_release(found[0]),
            ),
        )


@rule("TFD747", MODEL_GRAPH)
def tflite_runtime_older_than_converter(case: Case) -> Iterator[Conclusion]:
    """A TensorFlow Lite model needs a newer run time than the one that reads it.

    ## What it checks
    In a log: "Didn't find op for builtin opcode … version …", "Op builtin_code out of range". Without it: a model that
    was converted by a newer TensorFlow than the run time.

    ## Why it matters
    The converter writes operations in the versions of its own release. A run time knows those up to its own. In
    TensorFlow Lite for Microcontrollers the first version of an operation may just not be registered.

    ## How to fix it
    Use a run time as new as the converter, or convert with the TensorFlow of the run time.

    ## Sources
    https://www.tensorflow.org/lite/guide/ops_version, https://github.com/tensorflow/tfjs/issues/6885
    """
    found = judged(case, "tflite-runtime-older-than-converter")
    if found is not None:
        yield conclude(
            found,
            f"The run time does not know {found[1].what}: the model was converted by a newer TensorFlow",
            (
                manual("Use a TensorFlow Lite run time as new as the converter."),
                manual("Or convert the model with the TensorFlow release of the run time."),
            ),
        )
