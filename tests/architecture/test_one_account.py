"""Accounts are never aggregated: nothing that computes is ever handed more than one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "freqtrade_riskkit"
ROOMS = ("core", "ledger", "report", "host", "cli")
OF_ONE_ACCOUNT = re.compile(
    r"\b(AccountHistory|AccountReport|AccountLedger|AccountBooks|AccountFacts|TradeArrays|Performance"
    r"|Metrics|Stretch|EquityFigures|RunResult)\b"
)
CONTAINER = re.compile(r"\b(list|tuple|set|dict|frozenset|Sequence|Iterable|Iterator|Mapping|Collection)\[")

LAID_OUT = {
    "report/accounts_beside.py print_beside": "None",
    "report/account_csv.py write_csv": "None",
    "report/backtest_table.py print_backtest": "None",
    "cli/report.py _print": "None",
    "cli/report.py _write": "None",
}
"""What takes several accounts lays them out one by one and gives nothing back."""


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{path.relative_to(PACKAGE).as_posix()} {node.name}", node


def _accounts(function: ast.FunctionDef) -> int:
    """Count the accounts that a function may be handed; a container counts as two."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    count = 0
    for argument in named:
        annotation = ast.unparse(argument.annotation) if argument.annotation is not None else ""
        if OF_ONE_ACCOUNT.search(annotation) and not annotation.startswith("Callable"):
            count += 2 if CONTAINER.search(annotation) else 1
    return count


def test_functions_when_several_accounts_could_be_handed_over_then_only_those_that_print() -> None:
    """Of one account there may be two views in one call, say its ledger and its history: never two lists."""
    several = {
        name: ast.unparse(function.returns) if function.returns is not None else ""
        for name, function in _functions()
        if _accounts(function) > 1 and not _views_of_one(function)
    }
    assert several == LAID_OUT


def _views_of_one(function: ast.FunctionDef) -> bool:
    """Say whether the accounts are different views, each at most once and none in a container."""
    found: list[str] = []
    for argument in (*function.args.args, *function.args.kwonlyargs):
        annotation = ast.unparse(argument.annotation) if argument.annotation is not None else ""
        if OF_ONE_ACCOUNT.search(annotation) and CONTAINER.search(annotation):
            return False
        found += OF_ONE_ACCOUNT.findall(annotation)
    return len(found) == len(set(found))
