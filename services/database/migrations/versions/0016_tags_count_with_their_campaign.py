"""tags count with their campaign"""

from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

_OWN = "(SELECT g.since FROM figure_groups g WHERE g.campaign_id = t.campaign_id AND g.metric = '' AND g.tag = '')"


def upgrade() -> None:
    op.execute(f"""
        UPDATE figure_groups AS t SET since = CASE WHEN {_OWN} > since THEN {_OWN} END
        WHERE metric <> '' AND since IS NOT NULL AND coalesce({_OWN}, '9') > since
    """)


def downgrade() -> None:
    """An older version asks for both days, and the later one counts."""
