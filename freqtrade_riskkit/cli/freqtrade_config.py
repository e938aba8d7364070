"""Freqtrade's config as its own machinery reads it, with nothing opened, created or logged on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import rapidjson
from freqtrade.config_schema.config_schema import CONF_SCHEMA, SCHEMA_MINIMAL_REQUIRED
from freqtrade.configuration import Configuration
from freqtrade.configuration.config_validation import FreqtradeValidator
from freqtrade.configuration.environment_vars import environment_vars_to_dict
from freqtrade.configuration.load_config import CONFIG_PARSE_MODE
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from jsonschema import ValidationError

from freqtrade_riskkit.config import ConfigInvalid
from freqtrade_riskkit.config.written import as_written, dotted_keys

_STANDARD_INPUT = "-"


class ConfigUnreadable(ValueError):
    """
    Freqtrade's config can't be read or would be refused by Freqtrade.

    The message has one line for each problem and repeats no value: a config holds keys and passwords.
    """


class _Reading(Configuration):
    """Freqtrade's reader, without its log files and without making data folders."""

    def _process_logging_options(self, config: dict[str, Any]) -> None:
        config["verbosity"] = 0

    def _process_datadir_options(self, config: dict[str, Any]) -> None:
        written = self.args.get("user_data_dir") or config.get("user_data_dir") or "user_data"
        config["user_data_dir"] = Path(written).absolute()
        config["datadir"] = config["user_data_dir"] / "data"


def read_freqtrade_config(files: Sequence[str], userdir: Path | None) -> dict[str, Any]:
    """
    Read config files and environment variables the way `freqtrade trade` does.

    Parameters
    ----------
    files
        Config files, later ones over earlier ones; none for Freqtrade's usual places.
    userdir
        Freqtrade's user data directory, None for the one that the config or the working folder has.

    Raises
    ------
    ConfigUnreadable
        If a file is missing, isn't JSON, or holds what Freqtrade's own schema refuses.
    """
    chosen = list(files) or [_usual_file(userdir)]
    for file in chosen:
        _look_at(file)
    args = {"config": chosen, "user_data_dir": str(userdir) if userdir else None}
    with _silence():
        try:
            config: dict[str, Any] = _Reading(args, RunMode.UTIL_NO_EXCHANGE).get_config()
        except OperationalException as error:
            raise ConfigUnreadable(_first_line(error)) from None
        except OSError as error:
            raise ConfigUnreadable(f"{error.filename}: {error.strerror}") from None
        except (AttributeError, TypeError, KeyError) as error:
            raise ConfigUnreadable(
                "Freqtrade can't put the config together: a key is a section in one place and a plain value "
                f"or null in another, among {', '.join(chosen)} and the FREQTRADE__ environment variables "
                f"({type(error).__name__})"
            ) from None
    problems = [_worded(error) for error in _schema_errors(config)]
    if problems:
        raise ConfigUnreadable("\n".join(problems))
    return config


def keys_from_environment() -> frozenset[str]:
    """Return the dotted keys of the riskkit section that environment variables set."""
    with _silence():
        section = environment_vars_to_dict().get("riskkit")
    try:
        return frozenset(dotted_keys(as_written(section) or {}))
    except ConfigInvalid:  # said where the section is read
        return frozenset()


def _usual_file(userdir: Path | None) -> str:
    """Return the file that Freqtrade reads where none is named."""
    in_userdir = (userdir or Path("user_data")) / "config.json"
    return str(in_userdir) if in_userdir.is_file() else "config.json"


def _look_at(file: str) -> None:
    """Refuse a file that isn't there or isn't a JSON object, with the line that is wrong."""
    if file == _STANDARD_INPUT:
        return
    try:
        text = Path(file).read_text(encoding="utf-8")
        content = rapidjson.loads(text, parse_mode=CONFIG_PARSE_MODE)
    except FileNotFoundError:
        raise ConfigUnreadable(f"{file}: there is no such file (name the config with -c)") from None
    except OSError as error:
        raise ConfigUnreadable(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigUnreadable(f"{file}: is not text in UTF-8") from None
    except rapidjson.JSONDecodeError as error:
        raise ConfigUnreadable(f"{file}: is not valid JSON, {_place(str(error), text)}") from None
    if not isinstance(content, dict):
        raise ConfigUnreadable(f"{file}: must hold a JSON object {{…}}")


def _place(message: str, text: str) -> str:
    """Turn the parser's offset in bytes into a line, without repeating the text, which may hold keys."""
    before, _, reason = message.partition(": ")
    digits = "".join(letter for letter in before if letter.isdigit())
    if not digits:
        return message
    line = text.encode()[: int(digits)].count(b"\n") + 1
    return f"line {line}: {reason}"


def _first_line(error: Exception) -> str:
    """Keep what Freqtrade says and leave out the piece of the file that it quotes."""
    return str(error).strip().splitlines()[0]


def _schema_errors(config: dict[str, Any]) -> list[ValidationError]:
    """Return what Freqtrade's schema refuses; its defaults are filled in meanwhile, as at a start."""
    schema = deepcopy(CONF_SCHEMA) | {"required": SCHEMA_MINIMAL_REQUIRED}
    return sorted(FreqtradeValidator(schema).iter_errors(config), key=lambda error: error.json_path)


def _worded(error: ValidationError) -> str:
    """Name the key and the rule, never the value."""
    key = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{key or 'the config'} lacks {', '.join(missing)} (Freqtrade's own schema)"
    wanted = {
        "type": "must be of type {}",
        "enum": "must be one of {}",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
    }.get(str(error.validator), "breaks the rule " + str(error.validator))
    value = error.validator_value
    choices = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{key} {wanted.format(choices)} (Freqtrade's own schema)"


@contextmanager
def _silence() -> Iterator[None]:
    """Hold back Freqtrade's log lines: some of them quote the config."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)
