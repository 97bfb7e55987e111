"""A plan as a Dockerfile, for every builder: no feature of BuildKit is used."""

import shlex
from collections.abc import Iterator

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.images import CondaImage, PythonImage
from tfdoctor.plan.model import Plan
from tfdoctor.render.plan import _words, pins, requirements, steps
from tfdoctor.render.plan.dialects import POSIX
from tfdoctor.versions import Dotted

_PIP = "python -m pip install --no-cache-dir"
_FILE = "/tmp/requirements.txt"  # noqa: S108  a path within the image


def document(plan: Plan, matrix: Matrix, *, hashes: bool = False) -> str:
    """Return the file.

    The image is Python's own, or micromamba's where the plan has conda specs. NVIDIA's driver is never part of an
    image: the container toolkit brings it.

    Raises:
        UsageError: no known image fits the plan, or a hash is asked for and not known.
    """
    image = _image(plan, matrix)
    known = requirements.lines(plan, matrix, hashes=hashes).replace(" \\\n   ", "").splitlines()
    conda = isinstance(image, CondaImage)
    prefix = "/opt/conda" if conda else "/usr/local"
    parts = [_words.comment([*_words.heading(plan, matrix), *_how(plan)]), f"FROM {image.image}\n"]
    if plan.chosen.accelerator == "gpu":
        parts.append("ENV NVIDIA_VISIBLE_DEVICES=all \\\n    NVIDIA_DRIVER_CAPABILITIES=compute,utility\n")
    if conda:
        parts += [_specs(plan), f'ENV PATH="{prefix}/bin:$PATH"\n']
    parts.append(_install(known))
    links = (step for step in plan.steps if step.kind == "link")
    parts += (f"RUN {steps.link(step, POSIX, site=_site(plan, prefix), prefix=prefix)}\n" for step in links)
    parts += _variables(plan, prefix)
    parts.append('CMD ["python"]\n')
    return "".join(parts)


def _image(plan: Plan, matrix: Matrix) -> PythonImage | CondaImage:
    chosen, minor = plan.chosen, _words.python_minor(plan)
    if chosen.os != "linux":
        raise UsageError(f"a Dockerfile describes Linux; this plan is for {chosen.platform}")
    if chosen.cuda_source not in {None, "extra", "nvidia-wheels", "conda"}:
        raise UsageError(
            f"a Dockerfile of this plan is not possible: its GPU libraries come from {chosen.cuda_source!r},"
            " and no image is known that has them together with its Python"
        )
    conda = _words.uses_conda(plan)
    image = matrix.images.conda(chosen.arch) if conda else matrix.images.python(minor, chosen.arch)
    if image is None:
        what = "conda" if conda else f"Python {minor}"
        raise UsageError(f"a Dockerfile of this plan is not possible: no image with {what} for {chosen.arch} is known")
    needed = pins.lock(plan, matrix).glibc
    if needed and Dotted(needed) > Dotted(image.glibc):
        raise UsageError(
            f"a Dockerfile of this plan is not possible: {image.image} has glibc {image.glibc}, not {needed}"
        )
    return image


def _how(plan: Plan) -> Iterator[str]:
    platform = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}.get(plan.chosen.arch, "")
    yield f"Build it with: docker build --platform {platform} -t tf:{plan.chosen.version} ."
    if plan.chosen.accelerator == "gpu":
        yield f"Run it with: docker run --gpus all -it tf:{plan.chosen.version}"
        yield "The driver stays on the host; NVIDIA's container toolkit has to be there."
    if _words.in_place(plan):
        yield "A repair cannot be made in an image: this is a new environment with the pins that the repair ends with."
    for step in plan.steps:
        if step.kind == "manual":
            yield f"By hand: {_words.line(step.text)}"


def _specs(plan: Plan) -> str:
    specs = POSIX.joined(steps.conda_specs(plan))
    override = f"CONDA_OVERRIDE_CUDA={plan.chosen.cuda} " if plan.chosen.cuda else ""
    install = f"{override}micromamba install -y -n base {steps.channel_options(plan)}"
    return f"RUN {install} \\\n    {specs} \\\n    && micromamba clean -a -y\n"


def _install(known: list[str]) -> str:
    """Return the installation: the pins go into a file first, since hashes can only stand in one.

    The pip of the images is new enough. Source: github.com/docker-library/python, 21.2.4 in the image of CPython 3.6.
    """
    lines = "".join(f"    {shlex.quote(line)} \\\n" for line in known)
    return f"RUN printf '%s\\n' \\\n{lines}    > {_FILE} \\\n    && {_PIP} --no-deps -r {_FILE}\n"


def _site(plan: Plan, prefix: str) -> str:
    return f"{prefix}/lib/python{_words.python_minor(plan)}/site-packages"


def _variables(plan: Plan, prefix: str) -> Iterator[str]:
    """Yield a line for each variable.

    What is there already stays behind the new part. Of all variables only PATH is there in the images, so no builder
    is asked whether one is set.
    """
    known = {"PATH"}
    for step in _words.variables(plan):
        if step.kind == "unset-variable":
            continue
        value = POSIX.value(step.value, site=_site(plan, prefix), prefix=prefix)
        value = value.replace("\\`", "`")  # here it stands for itself
        between = _words.joiner(step, plan.chosen.os)
        rest = f"{between}${step.variable}" if between and step.variable in known else ""
        known.add(step.variable)
        yield f'ENV {step.variable}="{value}{rest}"\n'
