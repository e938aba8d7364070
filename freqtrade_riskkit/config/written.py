"""The section as the user and the strategy wrote it, before any preset or default."""

from __future__ import annotations

import json
import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from freqtrade_riskkit.config.errors import ConfigInvalid, nearest, section_model, show

#: Key that the kit itself writes into the section (its version, hashes of sources); not the user's.
KIT_KEY = "_kit"

#: How the kit's own value begins where the user wrote no section.
ABSENT = "no section: "

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class Written:
    """
    The section as written, the strategy's parameters included.

    Parameters
    ----------
    tree
        Values by key.
    by_strategy
        Dotted keys that the strategy's parameters set.
    problems
        One line for each parameter that couldn't be set.
    """

    tree: Tree
    by_strategy: frozenset[str]
    problems: tuple[str, ...]

    def keys(self) -> frozenset[str]:
        """Return the dotted keys that hold a value."""
        return frozenset(dotted_keys(self.tree))


def as_written(section: object) -> Tree | None:
    """
    Copy the section and read what environment variables can't say; None where there is none.

    Freqtrade turns a variable into a number, true or false, a list, or else leaves text. So the text
    ``null`` stands for null, and text that is a JSON object stands for a section.

    Raises
    ------
    ConfigInvalid
        If it isn't a section at all. A text is not repeated, for it may hold the database's password.
    """
    tree = _value(section)
    if tree is None:
        return None
    if not isinstance(tree, dict):
        was = "text that is no JSON object" if isinstance(tree, str) else show(tree)
        raise ConfigInvalid([f"riskkit must be a section {{…}}, was {was}"])
    stamp = str(tree.pop(KIT_KEY, ""))
    return None if stamp.startswith(ABSENT) and not tree else tree


def _value(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner) if isinstance(inner, Mapping) else inner for inner in value]
    if isinstance(value, str):
        return _text(value)
    return value


def _text(value: str) -> object:
    if value.lower() == "null":
        return None
    if value.startswith("{"):
        try:
            return _value(json.loads(value))
        except (ValueError, RecursionError):
            return value  # refused as text where a section belongs
    return value


def with_parameters(tree: Tree, parameters: Mapping[str, object], model: type[BaseModel]) -> Written:
    """
    Put the values of the strategy's parameters into the section.

    Parameters
    ----------
    tree
        The section as written in the config; it is left as it is.
    parameters
        Value by dotted key, ``{"entry.max_open_positions": 3}``.
    model
        The model of the whole section, for the keys that there are.
    """
    merged = _copy(tree)
    configured = frozenset(dotted_keys(tree))
    settable = parameter_keys(model)
    by_strategy, problems = set(), []
    for dotted, value in parameters.items():
        *parents, key = dotted.split(".")
        if dotted not in settable:
            beside = [known for known in settable if known.startswith(f"{parents[0]}.")] if parents else []
            problems.append(
                f"riskkit_parameters of the strategy: {dotted} is no key that a parameter can set "
                f"({nearest(dotted, beside or settable, likeness=0.75)})"
            )
        elif dotted in configured:
            problems.append(
                f"riskkit.{dotted} is written in the config and also set by riskkit_parameters of the "
                "strategy (remove one of them)"
            )
        elif (section := _section_for(merged, parents, model)) is None:
            problems.append(
                f"riskkit.{dotted} is set by riskkit_parameters of the strategy, but "
                f"riskkit.{'.'.join(parents)} is off (write {{}} for it in the config)"
            )
        else:
            section[key] = _plain(value)
            by_strategy.add(dotted)
    return Written(merged, frozenset(by_strategy), tuple(problems))


def parameter_keys(model: type[BaseModel], prefix: str = "") -> tuple[str, ...]:
    """Return the dotted keys that a strategy's parameter may set: all single values inside a section."""
    keys: list[str] = []
    for key, field in model.model_fields.items():
        inner = section_model(field)
        if inner is not None:
            keys.extend(parameter_keys(inner, f"{prefix}{key}."))
        elif prefix:
            keys.append(f"{prefix}{key}")
    return tuple(keys)


def _section_for(tree: Tree, parents: list[str], model: type[BaseModel]) -> Tree | None:
    """Return the section that holds a key, made where it is on by default; None where it is off."""
    for parent in parents:
        field = model.model_fields[parent]
        if parent not in tree and field.default is not None:
            tree[parent] = {}
        inner, section = section_model(field), tree.get(parent)
        if inner is None or not isinstance(section, dict):
            return None
        tree, model = section, inner
    return tree


def dotted_keys(tree: Tree, prefix: str = "") -> Iterator[str]:
    """Yield the dotted key of each value in a section."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from dotted_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _copy(tree: Tree) -> Tree:
    return {key: _copy(value) if isinstance(value, dict) else value for key, value in tree.items()}


def _plain(value: object) -> object:
    """Return numpy's numbers, which optimised parameters may be, as Python's."""
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return value
