"""`riskkit import` from a Freqtrade database on PostgreSQL, which keeps NaN where SQLite doesn't."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from freqtrade.persistence import Trade, init_db
from sqlalchemy import make_url, text

from tests.support.last_used import open_last_used
from tests.unit.cli.records import URL, exit_code, write_config
from tests.unit.host.trade_database import put_odd_trades, put_trade
from tests.unit.ledger.conftest import postgres_server, postgres_url  # noqa: F401

pytestmark = pytest.mark.usefixtures("bare_surroundings")


def test_import_when_the_database_is_on_postgres_then_all_but_what_is_no_number(
    postgres_url: str,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    init_db(make_url(postgres_url).set(drivername="postgresql+psycopg").render_as_string(False))
    put_odd_trades(20)
    put_trade(21, minutes=3)
    Trade.session.execute(text("UPDATE trades SET close_profit_abs = 'NaN' WHERE id = 21"))
    Trade.commit()
    Trade.session.remove()
    Trade.session.get_bind().dispose()

    for added in (20, 0):
        arguments = ("import", "-c", write_config(tmp_path), "--db", postgres_url, "--json")
        assert exit_code(*arguments) == 1
        said = json.loads(capsys.readouterr().out)
        assert (said["added"], said["unchanged"]) == (added, 20 - added)
        assert said["left_out"] == {"21": "trade 21 (BTC/USDT): gross_pnl must be finite, was nan"}

    ledger = open_last_used(URL, tmp_path / "user_data", "main")
    assert ledger is not None
    with closing(ledger):
        assert len(ledger.trades()) == 20
