"""Closed trades, equity samples, cash flows, orders, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "riskkit_trades",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("trade_id", sa.BigInteger, nullable=False),
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("entry_rate", sa.Double, nullable=False),
        sa.Column("exit_rate", sa.Double, nullable=False),
        sa.Column("amount", sa.Double, nullable=False),
        sa.Column("stake", sa.Double, nullable=False),
        sa.Column("gross_pnl", sa.Double, nullable=False),
        sa.Column("pnl_ratio", sa.Double, nullable=False),
        sa.Column("fees", sa.Double, nullable=False),
        sa.Column("net_pnl", sa.Double, nullable=False),
        sa.Column("entry_at", moment, nullable=False),
        sa.Column("exit_at", moment, nullable=False),
        sa.Column("enter_tag", sa.Text, nullable=True),
        sa.Column("exit_reason", sa.Text, nullable=True),
        sa.Column("leverage", sa.Double, nullable=False),
        sa.Column("fills", sa.Integer, nullable=False),
        sa.Column("realised_slippage", sa.Double, nullable=True),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("deleted_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "generation", "trade_id", name="pk_riskkit_trades"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_trades_generation",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_riskkit_trades_exit", "riskkit_trades", ["account_id", "generation", "exit_at"])
    op.create_table(
        "riskkit_equity",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("equity", sa.Double, nullable=False),
        sa.Column("realised", sa.Double, nullable=False),
        sa.Column("unrealised", sa.Double, nullable=False),
        sa.Column("peak", sa.Double, nullable=False),
        sa.Column("oldest_mark_seconds", sa.Double, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "generation", "at", name="pk_riskkit_equity"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_equity_generation",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "riskkit_cash_flows",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("flow_id", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("amount", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "flow_id", name="pk_riskkit_cash_flows"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_cash_flows_generation",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "riskkit_orders",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("trade_id", sa.BigInteger, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("price", sa.Double, nullable=False),
        sa.Column("trigger_price", sa.Double, nullable=True),
        sa.Column("amount", sa.Double, nullable=False),
        sa.Column("filled", sa.Double, nullable=False),
        sa.Column("remaining", sa.Double, nullable=False),
        sa.Column("average", sa.Double, nullable=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("placed_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("reserved_capital", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "pair", "order_id", name="pk_riskkit_orders"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_orders_generation",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_riskkit_orders_placed", "riskkit_orders", ["account_id", "generation", "placed_at"])
    op.create_index("ix_riskkit_orders_state", "riskkit_orders", ["account_id", "generation", "state"])
    op.create_table(
        "riskkit_alerts",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "number", name="pk_riskkit_alerts"),
        sa.UniqueConstraint("account_id", "generation", "digest", name="uq_riskkit_alerts_digest"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_alerts_generation",
        ),
    )
    op.create_index("ix_riskkit_alerts_at", "riskkit_alerts", ["account_id", "generation", "at"])
