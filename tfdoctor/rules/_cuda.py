"""The GPU side of a Case: what the TensorFlow build wants, what is there, what was seen to happen.

The same view serves a machine (which copy the loader opens), a ticket (versions only) and a log (what failed).
"""

import re
from dataclasses import dataclass
from functools import cached_property

from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import CudnnVersion, Gpu, LibraryCopy, Toolkit, Unknown, known
from tfdoctor.logs import Event
from tfdoctor.matrix.releases import Build, Release
from tfdoctor.rules import _builds as builds
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case
from tfdoctor.versions import Dotted, cuda_minor, dotted, minor


@dataclass(frozen=True)
class Cuda:
    """What the GPU rules look at. Every property follows from the Case, at first use."""

    case: Case

    # --- the build ------------------------------------------------------------------------------------

    @cached_property
    def os(self) -> str:
        """The operating system; a ticket that does not say is on Linux unless it names DLLs."""
        if self.case.os:
            return self.case.os
        return "windows" if any(name.lower().endswith(".dll") for name in self.missing) else "linux"

    @cached_property
    def foreign(self) -> bool:
        """Whether this build is not one of those on the index (conda, NVIDIA, Jetson, own)."""
        facts = self.case.snapshot.tensorflow
        version = self.case.tensorflow
        if version is not None and version.local and not version.local.startswith("cpu"):
            return True
        if self.case.distribution in builds.FOREIGN:
            return True
        if isinstance(facts.distribution, Unknown) and facts.distribution.reason.startswith("the ticket says"):
            return True
        item = self.case.distributions.get(self.case.distribution or "")
        if item is not None and known(item.installer) == "conda":
            return True
        parts = [part.strip() for part in (known(facts.install_method) or "").split(";") if part.strip()]
        return any(builds.CONDA_INSTALL.match(part) or builds.OWN_BUILD.match(part) for part in parts)

    @cached_property
    def release(self) -> Release | None:
        """The release on the index; of a pre-release or nightly the final release of its minor."""
        version, facts = self.case.tensorflow, self.case.snapshot.tensorflow
        if version is None or self.foreign:
            return None
        stated = self.case.distribution
        gpu = known(facts.cuda_build) is True and stated == "tensorflow"  # "the GPU version" once had another name
        for name in (stated,) if stated and not gpu else ("tensorflow", "tensorflow-gpu"):
            found = self._lookup(builds.STABLE.get(name, name), version)
            fits = found is not None and builds.is_cuda(found.build(self.os, self.case.arch or "x86_64"))
            if found is not None and (fits or (stated and not gpu)):
                return found
        return self._lookup("tensorflow", version) if stated is None or gpu else None

    def _lookup(self, name: str, version: Version) -> Release | None:
        releases = self.case.matrix.releases
        found = releases.get(name, str(version))
        if found is None and (version.is_prerelease or len(version.release) < 3):
            found = releases.get(name, version.base_version) or releases.latest_patch(
                name, ".".join(map(str, minor(version)))
            )
        return found

    @cached_property
    def build(self) -> Build | None:
        """What the wheel for this platform was built with."""
        return None if self.release is None else self.release.build(self.os, self.case.arch or "x86_64")

    @cached_property
    def is_cuda(self) -> bool | None:
        """Whether TensorFlow is a CUDA build; None where nothing tells."""
        stated = known(self.case.snapshot.tensorflow.cuda_build)
        if stated is None:
            stated = self.printed
        if stated is not None:
            return stated
        if self.case.distribution in builds.WITHOUT_CUDA:
            return False
        if self.build is not None and not self.foreign:  # what the import asked for says more than a name
            return bool(self.build.is_cuda or self.linked_missing)
        if self.linked_missing or any(not sonames.is_driver(name) for name in (*self.missing, *self.opened)):
            return True  # it asked for CUDA: where the index has no wheel, it came from elsewhere
        return None if self.release is None else False  # no wheel with libraries for this platform

    @cached_property
    def printed(self) -> bool | None:
        """What tf.test.is_built_with_cuda() answered, where the log shows it."""
        asked = {event.line + 1 for event in self.case.events.of("built-with-cuda-asked")}
        answers = (event for event in self.case.events.of("answer") if event.line in asked)
        found = next(iter((*self.case.events.of("built-with-cuda"), *answers)), None)
        return None if found is None else found["value"].lower() == "true"

    @cached_property
    def wanted(self) -> Dotted | None:
        """The CUDA version that the build was made with."""
        stated = known(self.case.snapshot.tensorflow.cuda)
        if stated:
            return dotted(stated)
        if self.build is not None and self.build.cuda:
            return Dotted(self.build.cuda)
        named = (sonames.runtime(name) for name in (*self.missing, *self.opened))
        return next((version for version in named if version is not None), None)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The CUDA and cuDNN files that the build opens and uses no GPU without; the driver's own left out."""
        version, table = self.case.tensorflow, self.case.matrix.sonames
        row = table.build(version, self.os) if version is not None and not self.foreign else None
        if row is not None:
            return tuple(name for name in row.required if not sonames.is_driver(name))
        if self.wanted is None:
            return ()
        names = [name for name in table.toolkit(self.wanted.text, self.os) if sonames.is_cuda(name)]
        if self.wanted_cudnn is not None:
            names.append(sonames.cudnn_file(self.wanted_cudnn.major, self.os))
        return tuple(names)

    @cached_property
    def wanted_cudnn(self) -> Dotted | None:
        """The cuDNN that the build was compiled with, as precise as known."""
        if self.compiled_cudnn:
            return self.compiled_cudnn
        text = known(self.case.snapshot.tensorflow.cudnn) or (self.build.cudnn if self.build else None)
        if text and "." in text and (exact := dotted(text)) is not None:
            return exact
        version = self.case.tensorflow
        if version is not None and self.build is not None and not version.is_prerelease:  # compiled with an older one
            rows = [cudnn for since, cudnn in builds.COMPILED_CUDNN if minor(Version(since)) <= minor(version)]
            if rows and (text is None or rows[-1].startswith(text)):
                return Dotted(rows[-1])
        return dotted(text)

    @cached_property
    def links(self) -> bool:
        """Whether the build links CUDA (before 1.14), so that a missing library fails the import."""
        version = self.case.tensorflow
        return bool(self.linked_missing) or (version is not None and minor(version) < (1, 14))

    # --- what was printed -----------------------------------------------------------------------------

    @cached_property
    def missing_events(self) -> tuple[Event, ...]:
        """Lines that name a CUDA, cuDNN or driver file that could not be opened; optional libraries left out."""
        return tuple(event for event in self.case.events.of("library-missing") if builds.essential(event["library"]))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The files that the log says could not be opened."""
        names = tuple(dict.fromkeys(event["library"] for event in self.missing_events))
        return tuple(name for name in names if name not in self.opened)

    @cached_property
    def linked_missing(self) -> tuple[Event, ...]:
        """Lines that say the import itself failed for a missing file."""
        found = self.case.events.of("library-linked-missing")
        return tuple(event for event in found if builds.essential(event["library"]))

    @cached_property
    def opened(self) -> tuple[str, ...]:
        """The files that the log says were opened."""
        return tuple(dict.fromkeys(event["library"] for event in self.case.events.of("library-opened")))

    @cached_property
    def refused(self) -> tuple[Event, ...]:
        """Lines that say TensorFlow does without the GPU, without a reason."""
        return self.case.events.of("gpu-libraries-missing", "cuda-not-found", "gpu-none", "library-preload-failed")

    @cached_property
    def works(self) -> bool:
        """Whether a GPU was seen to be used."""
        if self.case.load is not None:
            return any("GPU" in device for device in known(self.case.load.devices) or ())
        return bool(self.case.events.of("gpu-works"))

    @cached_property
    def symptom(self) -> bool:
        """Whether a finding that keeps TensorFlow from the GPU explains what was seen."""
        return not self.works and (self.case.load is not None or self.failing)

    @cached_property
    def failing(self) -> bool:
        """Whether something shows that CUDA was not reached: the files of a machine, or what was printed."""
        seen = bool(self.missing_events or self.refused or self.linked_missing)
        return seen or self.case.snapshot.origin == "machine" or builds.fails_otherwise(self.case.events)

    @cached_property
    def cudnn_mismatch(self) -> Event | None:
        """The line in which TensorFlow compares the cuDNN it opened with the one it was compiled with."""
        found = self.case.events.of("cudnn-mismatch")
        return next((event for event in found if event["compiled"]), found[0] if found else None)

    @cached_property
    def loaded_cudnn(self) -> Dotted | None:
        """The cuDNN that TensorFlow says it opened."""
        if self.cudnn_mismatch is not None:
            return builds.cudnn_number(self.cudnn_mismatch["loaded"])
        event = self.case.events.first("cudnn-loaded")
        return builds.cudnn_number(event["version"]) if event else None

    @cached_property
    def compiled_cudnn(self) -> Dotted | None:
        """The cuDNN that TensorFlow says it was compiled with."""
        event = self.cudnn_mismatch
        return builds.cudnn_number(event["compiled"]) if event is not None and event["compiled"] else None

    # --- what is there --------------------------------------------------------------------------------

    @cached_property
    def toolkits(self) -> tuple[Toolkit, ...]:
        """The toolkits (or CUDA run times) that are there, each version once."""
        found = list(known(self.case.snapshot.libraries.toolkits) or ())
        found += [
            Toolkit(version=event["version"], source=f"log line {event.line}")
            for event in self.case.events.of("nvcc", "cuda-image")
        ]
        found += [
            Toolkit(version=str(version), source=f"distribution {name}")
            for name in builds.RUNTIMES
            if (version := self.case.version(name)) is not None
        ]
        unique = {Dotted(item.version): item for item in reversed(found) if dotted(item.version)}
        return tuple(sorted(unique.values(), key=lambda item: Dotted(item.version)))

    @cached_property
    def toolkit_versions(self) -> tuple[Dotted, ...]:
        """Their versions, oldest first."""
        return tuple(Dotted(item.version) for item in self.toolkits)

    @cached_property
    def toolkit_evidence(self) -> tuple[Evidence, ...]:
        """Evidence: the toolkits."""
        return tuple(
            Evidence(fact="libraries.toolkits", value=item.version, source=item.path or item.source)
            for item in self.toolkits
        )

    @cached_property
    def copies(self) -> tuple[LibraryCopy, ...] | None:
        """The library files that a probe found; None on a ticket."""
        return known(self.case.snapshot.libraries.copies)

    @cached_property
    def cudnn(self) -> tuple[CudnnVersion, ...]:
        """The cuDNN versions that are there, each once."""
        found = list(known(self.case.snapshot.libraries.cudnn) or ())
        found += [
            CudnnVersion(version=known(copy.version) or "")
            for copy in self.copies or ()
            if sonames.cudnn_major(copy.name) is not None and copy.usable
        ]
        found += [
            CudnnVersion(version=str(version), cuda=flavour)
            for name, flavour in builds.CUDNN.items()
            if (version := self.case.version(name)) is not None
        ]
        unique = {Dotted(item.version): item for item in reversed(found) if dotted(item.version)}
        return tuple(sorted(unique.values(), key=lambda item: Dotted(item.version)))

    @cached_property
    def pip_cuda(self) -> tuple[str, ...]:
        """The installed nvidia-* distributions that carry CUDA or cuDNN for TensorFlow."""
        return tuple(
            name
            for name in self.case.distributions
            if re.fullmatch(r"nvidia-[a-z-]+-cu1\d|nvidia-(?:cublas|cuda-runtime|cudnn)", name)
        )

    @cached_property
    def and_cuda(self) -> bool:
        """Whether TensorFlow was installed with its CUDA extra."""
        method = (known(self.case.snapshot.tensorflow.install_method) or "").replace(" ", "")
        return "[and-cuda]" in method or any(name.endswith("[and-cuda]") for name in self.case.distributions)

    # --- GPUs -----------------------------------------------------------------------------------------

    @cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """The NVIDIA GPUs that are known to be there, with the compute capability where it can be told."""
        stated = known(self.case.snapshot.accelerators.gpus)
        found = [gpu for gpu in stated or () if gpu.vendor == "nvidia"]
        if not found:
            found = [
                Gpu(name=event["name"], compute_capability=event["capability"] or f"{event['major']}.{event['minor']}")
                for event in self.case.events.of("gpu-found")
            ]
        unique: dict[tuple[str, str], Gpu] = {}
        for gpu in found:
            unique.setdefault((known(gpu.name) or "", self.capability(gpu) or ""), gpu)
        return tuple(unique.values())

    def capability(self, gpu: Gpu) -> str | None:
        """Return a GPU's compute capability: as observed, else by its name."""
        observed = known(gpu.compute_capability)
        name = known(gpu.name)
        return observed or (self.case.matrix.gpus.compute_capability(name) if name else None)

    @cached_property
    def device(self) -> bool | None:
        """Whether an NVIDIA GPU is in the machine; None where nothing tells."""
        facts = self.case.snapshot.accelerators
        if self.gpus or self.case.events.of("gpu-found", "gpu-works"):
            return True
        pci = known(facts.pci_display)
        nodes = known(facts.device_nodes)
        if any(item.lower().startswith("10de") for item in pci or ()) or any(
            re.search(r"/dev/(?:nvidia\d+|dxg)$", node) for node in nodes or ()
        ):
            return True
        looked = known(facts.gpus) is not None or (pci is not None and nodes is not None)
        return False if looked else None

    @cached_property
    def intended(self) -> bool:
        """Whether the user means to use a GPU: one is there, CUDA was installed for it, or a build named for it.

        A machine counts only with a device; a host without one is healthy.
        """
        if self.certainly_intended:
            return True
        if self.device is not None or self.case.snapshot.origin == "machine":
            return False
        places = (note for note in self.case.snapshot.notes if note.startswith("container:"))
        method = " ".join((known(self.case.snapshot.tensorflow.install_method) or "", *places))
        return "gpu" in (self.case.distribution or "") or bool(re.search(r"\bgpu\b|-gpu|cuda", method, re.IGNORECASE))

    @cached_property
    def certainly_intended(self) -> bool:
        """Whether more than the name of the build says that a GPU is meant to be used."""
        if self.device is not None or self.case.snapshot.origin == "machine":
            return bool(self.device)
        facts = self.case.snapshot
        stated = (known(facts.accelerators.driver), self.toolkits, self.cudnn, self.pip_cuda, self.and_cuda)
        # TensorFlow speaks of "some GPU libraries", and opens others than the run time, only after the driver has shown
        # it a GPU; libcuda and the run time it always looks for.
        kinds = ("gpu-none", "nvidia-smi", "driver-insufficient", "gpu-libraries-missing", "kernel-module")
        later = any(
            not sonames.is_driver(name) and sonames.base(name) != "cudart" for name in (*self.missing, *self.opened)
        )
        return any(stated) or later or bool(self.linked_missing or self.case.events.of(*kinds))

    # --- driver ---------------------------------------------------------------------------------------

    @cached_property
    def driver_version(self) -> Dotted | None:
        """The driver's version."""
        driver = known(self.case.snapshot.accelerators.driver)
        if driver is not None and (text := known(driver.version) or known(driver.kernel_version)):
            return dotted(text)
        kinds = ("nvidia-smi", "driver-insufficient", "kernel-driver-version", "kernel-module")
        named = (event["driver"] or event["version"] for event in self.case.events.of(*kinds))
        return dotted(next(filter(None, named), None))

    @cached_property
    def driver_cuda(self) -> Dotted | None:
        """The newest CUDA that the driver can serve."""
        driver = known(self.case.snapshot.accelerators.driver)
        text = known(driver.cuda_version) if driver else None
        event = self.case.events.first("nvidia-smi")
        return dotted(text or (event["cuda"] if event else None))

    # --- evidence -------------------------------------------------------------------------------------

    @cached_property
    def build_evidence(self) -> tuple[Evidence, ...]:
        """Evidence: which TensorFlow this is and what it was built with."""
        rows = list(self.case.tensorflow_evidence())
        if self.wanted is not None and self.build is not None and self.release is not None:
            rows.append(
                Evidence(
                    fact=f"matrix.releases.{self.release.distribution}.{self.release.version}.cuda",
                    value=self.build.cuda or cuda_minor(self.wanted),
                    source="the wheel's build information",
                )
            )
        return tuple(rows)


def cuda(case: Case) -> Cuda:
    """Return the GPU side of a case; made once per case."""
    view: Cuda | None = vars(case).get("_cuda")
    if view is None:
        view = vars(case)["_cuda"] = Cuda(case)
    return view
