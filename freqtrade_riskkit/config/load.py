"""From the `riskkit` section as written to what is in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel, ValidationError

from freqtrade_riskkit.config.checks import disagreements
from freqtrade_riskkit.config.errors import ConfigInvalid, sentence
from freqtrade_riskkit.config.precedence import resolve
from freqtrade_riskkit.config.root import RiskKitConfig
from freqtrade_riskkit.config.written import as_written, with_parameters


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    The section in force.

    Parameters
    ----------
    config
        Every value, with presets and the profile applied.
    sources
        Where each value comes from, by dotted key: ``config``, ``strategy parameter``, ``preset <name>``,
        ``profile <name>``, ``follows <other key>`` or ``default``.
    present
        Whether there was a section. Without one the kit only keeps its records.
    """

    config: RiskKitConfig
    sources: Mapping[str, str]
    present: bool


def load(section: object, parameters: Mapping[str, object] | None = None) -> Loaded:
    """
    Read the `riskkit` section of a Freqtrade config.

    Parameters
    ----------
    section
        The section as Freqtrade's config holds it, environment variables included, so that it may be text;
        None if it is absent.
    parameters
        Values that the strategy's `riskkit_parameters` set, by dotted key without ``riskkit.``.

    Raises
    ------
    ConfigInvalid
        With every violation: unknown keys, values outside their domain, keys that contradict one another.
    """
    tree = as_written(section)
    written = with_parameters(tree or {}, parameters or {}, RiskKitConfig)
    problems = list(written.problems)
    refused: set[str] = set()
    try:
        RiskKitConfig.model_validate(written.tree)
    except ValidationError as error:
        for finding in error.errors(include_url=False):
            key = ".".join(str(part) for part in finding["loc"])
            refused.add(key)
            by_strategy = " [set by riskkit_parameters of the strategy]" if key in written.by_strategy else ""
            problems.append(sentence(finding, RiskKitConfig) + by_strategy)
    keys = written.keys()
    resolution = resolve(written.tree)
    problems.extend(disagreements(resolution, frozenset(refused)))
    if problems:
        raise ConfigInvalid(problems)
    config = RiskKitConfig.model_validate(resolution.tree)
    sources = dict.fromkeys(keys, "config") | dict.fromkeys(written.by_strategy, "strategy parameter")
    sources |= resolution.sources
    if config.profile_in_force is not None:
        brought = leaves(config.profile_in_force, f"{config.profile}.")
        sources = dict.fromkeys(brought, f"profile {config.profile}") | sources
    return Loaded(
        config=config,
        sources=MappingProxyType({key: sources.get(key, "default") for key in leaves(config)}),
        present=tree is not None,
    )


def leaves(config: BaseModel, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of all values in force, a section that is off by its own key."""
    for key in type(config).model_fields:
        value = getattr(config, key)
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
