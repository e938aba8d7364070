"""Accounts and their generations, saved states, decisions. Migrations only go forward."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "riskkit_accounts",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_riskkit_accounts"),
    )
    op.create_table(
        "riskkit_generations",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("last_opened_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", name="pk_riskkit_generations"),
        sa.UniqueConstraint("account_id", "fingerprint", name="uq_riskkit_generations_fingerprint"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["riskkit_accounts.account_id"], name="fk_riskkit_generations_account"
        ),
    )
    op.create_table(
        "riskkit_states",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "name", name="pk_riskkit_states"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_states_generation",
        ),
    )
    op.create_table(
        "riskkit_decisions",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "number", name="pk_riskkit_decisions"),
        sa.UniqueConstraint("account_id", "generation", "digest", name="uq_riskkit_decisions_digest"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_decisions_generation",
        ),
    )
    op.create_index("ix_riskkit_decisions_at", "riskkit_decisions", ["account_id", "generation", "at"])
    op.create_index(
        "ix_riskkit_decisions_kind", "riskkit_decisions", ["account_id", "generation", "kind", "at"]
    )
