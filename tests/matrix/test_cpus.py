import pytest
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.cpus import CpuFile, Cpus, Processor

CPUS = Matrix.locate().cpus


@pytest.mark.parametrize(
    "name",
    [
        "Intel Xeon W3670 (no AVX), Hyper-V VM", "Intel(R) Core(TM)2 Quad CPU    Q9650  @ 3.00GHz",
        "Intel(R) Celeron(R) N4505 @ 2.00GHz", "QEMU Virtual CPU version 2.5+", "Intel Core i5 750 (Nehalem, no AVX)",
        "Intel(R) Core(TM) i7 CPU       M 620  @ 2.67GHz", "Intel(R) Xeon(R) CPU           X5650  @ 2.67GHz",
        "Intel(R) Xeon(R) CPU E7- 4870  @ 2.40GHz", "Intel(R) Pentium(R) Gold G6400 CPU @ 4.00GHz",
        "AMD Phenom(tm) II X6 1090T Processor", "AMD Athlon(tm) II X4 640 Processor", "Intel(R) Atom(TM) CPU D525",
        "Common KVM processor", "Westmere E56xx/L56xx/X56xx (Nehalem-C)", "AMD Opteron(tm) Processor 6172",
        "AMD E-350 Processor", "AMD A8-3850 APU with Radeon(tm) HD Graphics", "VirtualApple @ 2.50GHz",
        "Intel(R) Xeon(R) CPU E5645 @ 2.40GHz", "Intel(R) Core(TM) i7 CPU Q 720 @ 1.60GHz", "kvm64",
    ],
)  # fmt: skip
def test_processors_without_avx(name: str) -> None:
    assert "avx" in CPUS.lacks(name)


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("Intel(R) Core(TM) i5-3230M CPU @ 2.60GHz", ("avx2", "fma")),
        ("AMD FX(tm)-8350 Eight-Core Processor", ("avx2",)),
        ("Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", ("avx2", "fma")), ("Intel(R) Xeon(R) Silver 4110 CPU", ()),
        ("Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", ()), ("Intel(R) Xeon(R) CPU E3-1270 v5", ()),
        ("Intel(R) Xeon(R) Gold 5118 CPU @ 2.30GHz", ()), ("Intel(R) Xeon(R) CPU @ 2.20GHz", ()),
        ("Intel(R) Core(TM) i7-8700K CPU", ()), ("Intel(R) Core(TM) i3-N305", ()), ("Intel(R) N100", ()),
        ("Intel(R) Celeron(R) G6900", ()), ("AMD Ryzen 5 3600", ()), ("AMD Athlon 3000G", ()), ("Apple M1", ()),
        ("12th Gen Intel(R) Core(TM) i5-12400", ()), ("Intel(R) Core(TM) Ultra 7 155H", ()),
        ("Intel(R) Xeon(R) W-2123 CPU", ()), ("Intel Core Processor (Broadwell)", ()),
        ("Intel(R) Core(TM) i7-4790", ()),
    ],
)  # fmt: skip
def test_processors_with_avx(name: str, lacks: tuple[str, ...]) -> None:
    assert CPUS.lacks(name) == lacks


@pytest.mark.parametrize(
    ("tensorflow", "flags"),
    [
        ("1.5.0", ()), ("1.6.0", ("avx",)), ("2.4.0", ("avx", "avx2", "fma")), ("2.4.1", ("avx",)),
        ("2.5.0.dev20210320", ("avx", "avx2", "fma")), ("2.5.0rc0", ("avx",)), ("2.4.0rc4", ("avx", "avx2", "fma")),
        ("2.15.0.post1", ("avx",)), ("2.21.0", ("avx",)),
    ],
)  # fmt: skip
def test_what_a_release_needs(tensorflow: str, flags: tuple[str, ...]) -> None:
    row = CPUS.needs(Version(tensorflow))
    assert row is not None
    assert row.flags == flags


def test_a_name_that_is_no_expression_is_an_error_of_the_matrix() -> None:
    row = Processor(family="x", names=("(",), lacks=(), source="s", checked="2026-11-21", basis="declared")
    with pytest.raises(MatrixError, match=r"cpu\.toml"):
        Cpus(CpuFile(needs=(), processor=(row,)))
