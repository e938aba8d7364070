"""The error that lists everything wrong with a `riskkit` section, and the wording of each line."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

#: Keys whose value may hold a password: no message repeats it.
SECRET_KEYS = frozenset({"db_url"})
_LONGEST_SHOWN = 60


class ConfigInvalid(ValueError):
    """
    The `riskkit` section can't be used.

    Parameters
    ----------
    problems
        One line for each violation.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        count = "one problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"The riskkit section of the config has {count}:", *self.problems]))

    def __reduce__(self) -> tuple[type[ConfigInvalid], tuple[tuple[str, ...]]]:
        """Survive the way between hyperopt's processes."""
        return type(self), (self.problems,)


def name(keys: Sequence[int | str]) -> str:
    """Return the dotted name of a key, ``riskkit.protections[0].method``."""
    return "riskkit" + "".join(f"[{key}]" if isinstance(key, int) else f".{_safe(key)}" for key in keys)


def nearest(key: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """
    Say which of the `known` keys was meant by `key`, or which there are.

    Parameters
    ----------
    key
        A key that isn't known.
    known
        Those that could stand in its place.
    likeness
        How alike two keys must be to be taken for one another, from 0 (not at all) to 1 (the same).
    """
    known = list(known)
    close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=likeness)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"


def _safe(key: str) -> str:
    """Keep control characters of a key that somebody else wrote away from terminals and logs."""
    return key if key.isprintable() else json.dumps(key)


def show(value: object) -> str:
    """Return `value` as it would stand in JSON, shortened; sections and lists only by name."""
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    if isinstance(value, str | int | float | bool | None):
        text = json.dumps(value, ensure_ascii=True)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"a {type(value).__name__}"


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """
    Word one of pydantic's findings.

    Parameters
    ----------
    error
        A finding of validating the section as `model`.
    model
        The model of the whole section.
    """
    keys = error["loc"]
    if error["type"] == "extra_forbidden":
        *parents, key = keys
        known = _model_at(model, parents).model_fields
        return f"{name(keys)} is unknown ({nearest(str(key), known)})"
    field = None if isinstance(keys[-1], int) else _field_at(model, keys)
    context: dict[str, Any] = error.get("ctx", {})
    hint = str(context.get("hint", ""))
    domain = _domain(error, context, field)
    if _takes_null(field) and error["type"] != "literal_error":
        domain += " or null"
    secret = set(map(str, keys)) & SECRET_KEYS
    was = "" if secret else f", was {context.get('was') or show(error['input'])}"
    if field is not None and _literals(field) and isinstance(error["input"], str):
        close = difflib.get_close_matches(error["input"].lower(), _literals(field), n=1, cutoff=0.6)
        hint = f'did you mean "{close[0]}"?' if close else hint
    return f"{name(keys)} must be {domain}{was}{f' ({hint})' if hint else ''}"


def _domain(error: ErrorDetails, context: dict[str, Any], field: FieldInfo | None) -> str:
    match error["type"]:
        case "riskkit":
            return str(context["domain"])
        case "literal_error":
            literals = _literals(field)
            choices = [f'"{choice}"' for choice in literals] + ["null"] * _takes_null(field)
            listed = " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))
            return f"{listed} (no other exists yet)" if len(literals) == 1 else listed
        case "bool_type":
            return "true or false"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "a section {…}"
        case "tuple_type":
            return "a list […]"
        case _:
            return f"something else: {error['msg']}"


def _takes_null(field: FieldInfo | None) -> bool:
    return field is not None and type(None) in get_args(field.annotation)


def _literals(field: FieldInfo | None) -> list[str]:
    if field is None:
        return []
    candidates: list[Any] = [field.annotation, *get_args(field.annotation)]
    return [str(value) for kind in candidates if get_origin(kind) is Literal for value in get_args(kind)]


def _field_at(model: type[BaseModel], keys: Sequence[int | str]) -> FieldInfo | None:
    named = [key for key in keys if isinstance(key, str)]
    if not named:
        return None
    return _model_at(model, named[:-1]).model_fields.get(named[-1])


def _model_at(model: type[BaseModel], keys: Sequence[int | str]) -> type[BaseModel]:
    for key in keys:
        inner = section_model(model.model_fields[str(key)])
        if inner is None:
            return model
        model = inner
    return model


def section_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that holds a section, None for a plain value."""
    annotation = field.annotation
    kinds = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
