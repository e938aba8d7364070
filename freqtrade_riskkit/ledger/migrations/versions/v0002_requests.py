"""What people ask the bot for from the command line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "riskkit_requests",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("taken_at", moment, nullable=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "generation", "number", name="pk_riskkit_requests"),
        sa.ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name="fk_riskkit_requests_generation",
        ),
    )
    op.create_index("ix_riskkit_requests_taken", "riskkit_requests", ["account_id", "generation", "taken_at"])
