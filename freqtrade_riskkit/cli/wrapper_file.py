"""Writes the subclass file of a strategy, and sees to it that Freqtrade can load what was written."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade.exceptions import OperationalException

from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.strategy_file import FoundStrategy, find_strategy
from freqtrade_riskkit.host.strategy_class import check_usable

SUFFIX = "RiskKit"
_TEXT = '''"""{base} behind the risk kit; written by riskkit wrap."""

from freqtrade_riskkit import RiskKitMixin
{importing}


class {name}(RiskKitMixin, {base}):
    """{base}, with the mixin in front."""
'''


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What was written: the subclass, its file, and its copy of hyperopt parameters (None without one)."""

    name: str
    file: Path
    parameters: Path | None


def write_wrapper(found: FoundStrategy, settings: dict[str, Any], *, force: bool) -> Wrapper:
    """Write the subclass file beside the strategy's, and load it as Freqtrade would.

    A file that can't be loaded is taken back.

    Raises
    ------
    Refused
        Where the strategy has the mixin already, something is in the way, or Freqtrade can't load it.
    """
    base = found.strategy.__name__
    if issubclass(found.strategy, RiskKitMixin):
        try:
            check_usable(found.strategy)
        except OperationalException as error:
            raise Refused(str(error)) from None
        raise Refused(f"{base} has the mixin already: nothing needs wrapping")
    _check_importable(found.file)
    name, folder = base + SUFFIX, found.file.parent
    wrapper = Wrapper(name, folder / f"{name}.py", _parameters_file(found, folder / f"{name}.json"))
    files = {wrapper.file: _TEXT.format(name=name, base=base, importing=_import_of(found))}
    if wrapper.parameters is not None:
        files[wrapper.parameters] = _parameters(found, name)
    for file in files:
        if file.exists() and not force:
            raise Refused(f"{file} exists already; --force replaces it")
    before = {file: file.read_bytes() if file.exists() else None for file in files}
    try:
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
        _load(wrapper, settings)
    except OSError as error:
        _take_back(before)
        raise Refused(f"can't write {error.filename}: {error.strerror}") from error
    except BaseException:
        _take_back(before)
        raise
    return wrapper


def _check_importable(file: Path) -> None:
    """Refuse a file that an import by its name would not, or not always, lead to."""
    if "." in file.stem:
        raise Refused(f"{file} can't be imported by its name, which has a dot in it; rename it first")
    other = importlib.util.find_spec(file.stem)
    if other is not None and not (
        other.origin and Path(other.origin).exists() and file.samefile(other.origin)
    ):
        raise Refused(f"{file} has the name of another module ({other.origin}); rename it first")


def _import_of(found: FoundStrategy) -> str:
    """Give the line that imports the strategy: the file's folder is on the path while Freqtrade loads."""
    module, base = found.file.stem, found.strategy.__name__
    if module.isidentifier():
        return f"from {module} import {base}"
    return f'from importlib import import_module\n\n{base} = import_module("{module}").{base}'


def _load(wrapper: Wrapper, settings: dict[str, Any]) -> None:
    loaded = find_strategy(wrapper.name, settings)
    if not loaded.file.samefile(wrapper.file):
        raise Refused(f"Freqtrade finds another {wrapper.name} first, in {loaded.file}")


def _parameters_file(found: FoundStrategy, copy: Path) -> Path | None:
    """Say where parameters are copied to; Freqtrade reads them from a JSON file beside each strategy's."""
    return copy if found.file.with_suffix(".json").is_file() else None


def _parameters(found: FoundStrategy, name: str) -> str:
    file = found.file.with_suffix(".json")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["strategy_name"] != found.strategy.__name__:
            raise ValueError(f"it is of {content['strategy_name']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{file} holds no parameters of {found.strategy.__name__}: {error}") from error
    return json.dumps(content | {"strategy_name": name}, indent=2) + "\n"


def _take_back(before: dict[Path, bytes | None]) -> None:
    for file, content in before.items():
        if content is not None:
            file.write_bytes(content)
        elif file.exists():
            file.unlink()
