"""`riskkit report --verify`: proves that no account has another's records."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from rich.console import Console

from freqtrade_riskkit.cli.own_config import Place
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.stored_accounts import stored_rows
from freqtrade_riskkit.ledger import Finding, LedgerUnavailable, verify
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.report.findings_table import FindingLine, print_findings


def verify_store(place: Place, now: datetime, *, as_json: bool) -> int:
    """Check a whole store and print what was found; give 1 on any finding, 0 where it is clean.

    Raises
    ------
    Refused
        Where there is no store, or it can't be used.
    """
    try:
        store = locate(*place)
        if store.file is not None and not store.file.exists():
            raise Refused(f"no records yet: there is no {store.label}")
        with Console(stderr=True).status("Checking every row of the store …"):
            findings = [_line(finding) for finding in verify(*place, now)]
    except LedgerUnavailable as error:
        raise Refused(str(error)) from None
    # A store that is damaged may not even say whose rows it holds.
    accounts = 0 if findings else len({row.account_id for row in stored_rows(place)})
    if as_json:
        body = {"clean": not findings, "findings": [asdict(line) for line in findings]}
        print(json.dumps(body, indent=2))
    else:
        print_findings(Console(highlight=False), findings, accounts, store.label)
    return 1 if findings else 0


def _line(finding: Finding) -> FindingLine:
    return FindingLine(
        str(finding.kind),
        finding.account_id,
        finding.generation,
        finding.table,
        finding.key,
        finding.text,
    )
