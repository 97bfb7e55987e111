"""The probes: the only code that reads the machine. `take_snapshot` runs them all."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Cpu,
    Fact,
    Installation,
    Interpreter,
    KerasConfig,
    Libraries,
    LoadAttempt,
    ProbeFailure,
    Snapshot,
    System,
    TensorFlow,
    Unknown,
    Variable,
    known,
)
from tfdoctor.probes import find, interpreter
from tfdoctor.probes.machine import Machine, RealMachine

__all__ = ["Machine", "RealMachine", "take_host", "take_snapshot"]

T = TypeVar("T")


class _Guard:
    """Runs probes; one that crashes becomes a ProbeFailure and leaves its default facts."""

    def __init__(self, *, debug: bool) -> None:
        self.debug = debug
        self.failures: list[ProbeFailure] = []

    def run(self, name: str, probe: Callable[[], T], default: T) -> T:
        try:
            return probe()
        except Exception as error:  # the one place where a probe's fault is caught
            if self.debug:
                raise
            import traceback

            frame = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
            self.failures.append(ProbeFailure(probe=name, error=text))
            return default


def take_snapshot(  # noqa: PLR0913  keyword options
    python: str | None,
    *,
    load: bool = False,
    timeout: float = 60,
    machine: Machine | None = None,
    debug: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> Snapshot:
    """Observe this machine and one Python environment.

    Args:
        python: the interpreter to examine, as `find.find` takes it; None for the active environment.
        load: also use TensorFlow in a child process.
        timeout: seconds that the child may take.
        machine: the seam; this machine by default. The interpreter always runs for real.
        debug: a probe that crashes raises instead of being noted in `failures`.
        meanwhile: work that needs nothing of the Snapshot, done while the patient answers.

    Raises:
        PatientError: there is no interpreter that can be examined.
    """
    machine = machine or RealMachine()
    guard = _Guard(debug=debug)
    taken = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    # The patient answers while the probes of the machine run.
    interrogation = interpreter.start(find.find(python, machine.environ), machine.environ)
    try:
        host = _host(machine, guard)
        if meanwhile is not None:
            meanwhile()
        answer = interpreter.finish(interrogation, timeout)
    finally:
        interrogation.close()
    guard.failures += [ProbeFailure(probe=f"patient {name}", error=text) for name, text in answer["failures"]]
    patient = _patient(machine, guard, answer, host)
    executable = known(patient.interpreter.executable) or interrogation.executable
    return msgspec.structs.replace(
        patient,
        taken=taken,
        system=guard.run("system", lambda: _system(machine, executable, known(patient.tensorflow.path)), System()),
        load=_load(machine, guard, executable, timeout) if load else ABSENT,
        failures=tuple(guard.failures),
    )


def take_host(*, machine: Machine | None = None, debug: bool = False) -> Snapshot:
    """Observe this machine, without any Python environment: what a new environment would have to live with."""
    import sys

    machine = machine or RealMachine()
    guard = _Guard(debug=debug)
    return msgspec.structs.replace(
        _host(machine, guard),
        taken=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        system=guard.run("system", lambda: _system(machine, sys.executable, None), System()),
        failures=tuple(guard.failures),
    )


def _host(machine: Machine, guard: _Guard) -> Snapshot:
    """What can be observed without the patient."""
    from tfdoctor.probes import cpu, environ, gpu, keras_config

    crashed: Unknown = Unknown(reason="the probe crashed")
    no_config: Fact[KerasConfig] = crashed
    no_variables: Fact[tuple[Variable, ...]] = crashed
    return Snapshot(
        cpu=guard.run("cpu", lambda: cpu.probe(machine), Cpu()),
        accelerators=guard.run("gpu", lambda: gpu.probe(machine), Accelerators()),
        environ=guard.run("environ", lambda: environ.probe(machine), no_variables),
        keras_config=guard.run("keras_config", lambda: keras_config.probe(machine), no_config),
    )


def _patient(machine: Machine, guard: _Guard, answer: dict[str, Any], host: Snapshot) -> Snapshot:
    """What the interrogator's answer tells, and what is found at the places that it names."""
    from tfdoctor.answers import installation
    from tfdoctor.answers import interpreter as answered
    from tfdoctor.probes import tensorflow

    data = answer.get("installation")
    python, installed, framework, libraries = Interpreter(), Installation(), TensorFlow(), Libraries()
    if "interpreter" in answer:
        python = guard.run("interpreter", lambda: answered.read(answer), python)
    if data is not None:
        installed = guard.run("installation", lambda: installation.read(data), installed)
        framework = guard.run("tensorflow", lambda: tensorflow.probe(machine, data, machine.platform), framework)
    found = msgspec.structs.replace(host, interpreter=python, installation=installed, tensorflow=framework)
    libraries = guard.run("libraries", lambda: _libraries(machine, found, data), libraries)
    return msgspec.structs.replace(found, libraries=libraries)


def _libraries(machine: Machine, found: Snapshot, data: dict[str, Any] | None) -> Libraries:
    from tfdoctor.answers import installation
    from tfdoctor.probes import libraries

    places = dict.fromkeys(item.location for item in known(found.installation.distributions) or () if item.location)
    prefix = known(found.interpreter.prefix)
    conda = prefix if data is not None and data["conda"] is not None else None
    result = libraries.probe(
        machine,
        tuple(places),
        known(found.tensorflow.path),
        interpreter_path=known(found.interpreter.executable),
        prefix=conda,
        flags=known(found.cpu.flags) or (),
    )
    read = known(result.cudnn)
    named = () if data is None else installation.conda_cudnn(data)
    return result if read or not named else msgspec.structs.replace(result, cudnn=named)


def _system(machine: Machine, executable: str, tensorflow_path: str | None) -> System:
    from tfdoctor.probes import system

    return system.probe(machine, interpreter_path=executable, tensorflow_path=tensorflow_path)


def _load(machine: Machine, guard: _Guard, executable: str, timeout: float) -> Fact[LoadAttempt]:
    from tfdoctor.probes import load

    nothing: Fact[LoadAttempt] = Unknown(reason="the probe crashed")
    return guard.run("load", lambda: load.probe(machine, executable, timeout), nothing)
