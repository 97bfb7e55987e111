"""Rules on Python objects that a file stores: bytecode of Lambda layers, pickles."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import MODEL_CONFIG, Conclusion, rule
from tfdoctor.rules.model._cures import REBUILD, manual, source_release
from tfdoctor.rules.model._judge import conclude, judged


@rule("TFD707", MODEL_CONFIG)
def lambda_bytecode_python_mismatch(case: Case) -> Iterator[Conclusion]:
    """A Lambda layer is stored as bytecode of another Python.

    ## What it checks
    In a log: `bad marshal data`, `unknown opcode` and the like while a model is read. Without such a line: a model with
    Lambda layers, written and read by different Pythons.

    ## Why it matters
    Keras stores the function of a Lambda layer as Python bytecode, whose form changes with every minor of Python. Where
    it can be read at all, it may crash the interpreter.

    ## How to fix it
    Load with the Python minor that wrote the model. For good: replace Lambda by a layer class of your own, or build the
    model in code and load the weights only.

    ## Sources
    https://github.com/keras-team/keras/issues/7440, https://github.com/keras-team/keras/issues/9595,
    https://docs.python.org/3/library/marshal.html
    """
    found = judged(case, "lambda-bytecode-python-mismatch")
    if found is not None:
        view, _ = found
        one = view.writer.python.text if view.writer.python is not None else ""
        other = view.reader.python.text if view.reader.python is not None else ""
        pythons = f" (written by Python {one or 'of another minor'}, read by {other or 'this one'})"
        yield conclude(
            found,
            f"A Lambda layer is stored as bytecode of another Python{pythons}",
            (
                REBUILD,
                manual(f"Or read it with Python {one}." if one else "Or read it with the Python minor that wrote it."),
                manual("For good: replace Lambda by a Layer class of your own."),
            ),
        )


@rule("TFD708", MODEL_CONFIG)
def pickle_of_keras_object(case: Case) -> Iterator[Conclusion]:
    """A pickle holds Keras objects of another version.

    ## What it checks
    In a log: modules of Keras that are missing while a pickle (pickle, joblib, dill) is read, and files of a pickled
    model that are not there (`ram://`). Without such a line: a ticket that says so.

    ## Why it matters
    A pickle names classes by the module that they lived in. Keras moved its modules with 2.6, 2.9, 2.13 and 3.0, so a
    pickle of a model, tokenizer or optimizer is readable by the releases near the writer only.

    ## How to fix it
    Read it with the release that wrote it and save it there in a format of Keras: `model.save`, `tokenizer.to_json`,
    `get_weights`.

    ## Sources
    https://github.com/keras-team/keras/issues/18878
    """
    found = judged(case, "pickle-of-keras-object")
    if found is not None:
        yield conclude(
            found,
            "A pickle names modules of Keras that this version does not have: it was written by another one",
            (
                *source_release(found[0]),
                manual("Save it there in a format of Keras (model.save, tokenizer.to_json), and read that."),
            ),
        )
