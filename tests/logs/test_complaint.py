"""What a title complains of: kinds, signs and names, in the words of many people."""

import pytest

from tfdoctor.logs import complaint


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Training is 5 times slower since the update", {"speed"}),
        ("Performance regression in Conv2D", {"speed"}),
        ("model.fit takes much longer than before", {"speed"}),
        ("Memory leak in a loop of predict", {"memory"}),
        ("OOM after some epochs", {"memory"}),
        ("accuracy is lower with the same seed", {"results"}),
        ("Different predictions on CPU and GPU", {"results"}),
        ("Results are not the same", {"results"}),
        ("loss is nan", {"results"}),
        ("model performs worse than with the old release", {"results"}),
        ("KeyError: 'acc'", {"raises"}),
        ("Has multi_gpu_model been removed?", {"raises"}),
        ("dropped KerasClassifier", {"raises"}),
        ("Fixed issues with the new version", {"raises"}),
        ("script crashes and leaks memory", {"raises", "memory"}),
        ("Warum ist TF 2 so langsam?", {"speed"}),
        ("升级后内存泄漏", {"memory"}),
        ("No error, but a slow start", {"speed"}),
        ("it runs without any warnings", set()),
        ("Question about LSTM", set()),
        ("Dropout for fast@slow.example.org, /data/broken/leak.py and https://example.org/error", set()),
        ("", set()),
    ],
)
def test_kinds(title: str, kinds: set[str]) -> None:
    assert complaint.read(title).kinds == kinds


@pytest.mark.parametrize(
    ("title", "signs"),
    [
        ("accuracy dropped after the upgrade", {"worse"}),
        ("my network does not learn at all", {"stalls"}),
        ("loss is stuck and very low accuracy", {"stalls", "worse"}),
        ("other results", set()),
        ("dropout differs", set()),
    ],
)
def test_signs(title: str, signs: set[str]) -> None:
    assert complaint.read(title).signs == signs


@pytest.mark.parametrize(
    ("title", "phrase", "named"),
    [
        ("Slow LSTM layer", "LSTM", True),
        ("tf.keras.layers.LSTM()", "lstm", True),
        ("ConvLSTM2D is gone", "LSTM", False),
        ("use_multiprocessing is refused", "use_multiprocessing", True),
        ("batch-normalization in Keras", "batch norm*", True),
        ("BatchNormalization", "batch norm*", True),
        ("reproducibility", "reproduc*", True),
        ("an algorithm", "gor*", False),
        ("", "gru", False),
    ],
)
def test_names(*, title: str, phrase: str, named: bool) -> None:
    assert complaint.read(title).names(phrase) is named


def test_several_texts_are_one() -> None:
    said = complaint.read("results differ", "1.x (tf.losses)")
    assert said.names("tf losses")
    assert said.kinds == {"results"}


def test_a_long_text_is_cut() -> None:
    assert complaint.read("x " * 10_000 + "slow").kinds == set()


FIRST = "60000/60000 - loss: 2.2754 - accuracy: 0.1646"


@pytest.mark.parametrize(
    ("log", "still"),
    [
        (f"Epoch 1/12\n{FIRST} - val_loss: 2.2287 - val_accuracy: 0.3468", True),
        (f"{FIRST}\n60000/60000 - loss: 2.2201 - acc: 0.2012", True),
        (f"{FIRST}\n60000/60000 - loss: 0.2201 - acc: 0.9312", False),
        (f"{FIRST}\n60000/60000 - loss: 1.2201 - acc: 0.4312", False),
        ("10/10 - loss: 0.0011 - accuracy: 0.9998 - val_loss: 0.0011", False),
        (FIRST, False),
        ("Epoch 1/12", False),
        ("", False),
    ],
)
def test_a_training_that_hardly_moves(*, log: str, still: bool) -> None:
    assert complaint.stalled(log) is still
