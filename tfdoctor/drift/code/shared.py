"""Finds one optimizer that trains several models: those of Keras from 2.11 on know the variables of the first only."""

import ast
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place
from tfdoctor.drift.code.situations import SECOND_MODEL, SECOND_OF_FROZEN
from tfdoctor.drift.code.source import Text
from tfdoctor.drift.code.use import TEXT
from tfdoctor.drift.code.values import Object
from tfdoctor.drift.code.walk import of_self

_TRAINS: Final = ("fit", "fit_generator", "train_on_batch")
_VARIABLES: Final = frozenset({"trainable_variables", "trainable_weights", "variables", "weights"})
_DEEPEST: Final = 8  # names that stand for each other


class _Step(NamedTuple):
    """A call that trains: the models by how they are written; `again`: each time another model of that name."""

    call: ast.Call
    place: Place
    models: frozenset[str]
    again: bool = False


class _Made(NamedTuple):
    """The call that makes an optimizer."""

    call: ast.Call
    place: Place


def second_models(infer: Infer) -> Iterator[tuple[ast.Call, Place, str]]:
    """Yield the calls that train another model than the first one with an optimizer."""
    for steps in _by_optimizer(infer).values():
        ordered = sorted(steps, key=lambda step: (step.call.lineno, step.call.col_offset))
        frozen = any(_frozen(infer, model) for step in ordered for model in step.models)
        for number, step in enumerate(ordered):
            if step.again or (number and not step.models <= ordered[0].models):
                yield step.call, step.place, SECOND_OF_FROZEN if frozen else SECOND_MODEL


def _by_optimizer(infer: Infer) -> dict[int, list[_Step]]:
    """Return what trains with each optimizer that has a name, by the identity of what makes it."""
    calls = infer.program.calls
    compiled: dict[str, dict[int, bool]] = {}
    found: dict[int, list[_Step]] = {}
    for call, place in calls.get("compile", ()):
        given = [one.value for one in call.keywords if one.arg == "optimizer"] or call.args[:1]
        made = _origin(infer, given[0], place) if given else None
        if made is not None and isinstance(call.func, ast.Attribute):
            model = call.func.value
            compiled.setdefault(_written(model, place), {})[id(made.call)] = _again(model, place, made.place)
    for call, place in (one for name in _TRAINS for one in calls.get(name, ())):
        written = _written(call.func.value, place) if isinstance(call.func, ast.Attribute) else ""
        for key, again in compiled.get(written, {}).items():
            found.setdefault(key, []).append(_Step(call, place, frozenset({written}), again))
    for call, place in calls.get("apply_gradients", ()):
        made = _origin(infer, call.func.value, place) if isinstance(call.func, ast.Attribute) else None
        models = frozenset(_models(call, place))
        if made is not None and models:
            found.setdefault(id(made.call), []).append(_Step(call, place, models))
    return found


def _again(model: ast.expr, place: Place, made: Place) -> bool:
    """Whether a loop makes a new model each time that it is compiled, with an optimizer from outside of the loop."""
    loop = place.block.within
    if loop is None or loop.holds(made.block) or not isinstance(model, ast.Name):
        return False
    bindings = place.reaching(model.id)
    return bool(bindings) and all(one.how == "value" and loop.holds(one.block) for one in bindings)


def _models(call: ast.Call, place: Place) -> Iterator[str]:
    """Yield the models whose variables a call names."""
    for argument in call.args[:1]:
        for node in ast.walk(argument):
            if isinstance(node, ast.Attribute) and node.attr in _VARIABLES:
                yield _written(node.value, place)


def _written(node: ast.expr, place: Place) -> str:
    """Return how a model is written: one that is written the same is taken for the same."""
    text: Text = place.scope.module.text
    return text.of(node, TEXT)


def _frozen(infer: Infer, model: str) -> bool:
    """Whether the program sets `trainable` of a model, by how that is written."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "trainable"
        and isinstance(node.ctx, ast.Store)
        and _written(node.value, place) == model
        for node, place in infer.program.spots
    )


def _origin(infer: Infer, node: ast.expr, place: Place, depth: int = _DEEPEST) -> _Made | None:
    """Return the call that makes an optimizer, where it is made once and then named."""
    step = _FOLLOWED.get(type(node))
    following = step(node, place) if step and depth else None
    if following is None:
        return None
    value, where = following
    if isinstance(value, ast.Call):
        made = any(isinstance(one, Object) and _is_optimizer(one.of) for one in infer.of(value, where))
        return _Made(value, where) if made else None
    return _origin(infer, value, where, depth - 1)


def _of_name(node: ast.Name, place: Place) -> tuple[ast.expr, Place] | None:
    bindings = place.reaching(node.id)
    one = bindings[0] if len(bindings) == 1 else None
    if one is None or one.how != "value" or one.value or one.place is None or not isinstance(one.node, ast.expr):
        return None
    return one.node, one.place


def _of_attribute(node: ast.Attribute, place: Place) -> tuple[ast.expr, Place] | None:
    owner = of_self(node, place.scope)
    values = owner.attributes.get(node.attr, []) if owner is not None else []
    return values[0] if len(values) == 1 else None


_FOLLOWED: Final[dict[type, Callable[..., tuple[ast.expr, Place] | None]]] = {
    ast.Name: _of_name,
    ast.Attribute: _of_attribute,
}


def _is_optimizer(of: str) -> bool:
    return ".optimizers." in of and ".schedules." not in of and ".legacy." not in of and ".experimental." not in of
