"""mark which of a post's figures counts"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_MARK = """
UPDATE reach SET counts = true WHERE (post_id, metric, measured_at) IN (
    SELECT post_id, metric, measured_at FROM (
        SELECT post_id, metric, measured_at, row_number() OVER (
            PARTITION BY post_id, metric
            ORDER BY CASE tag WHEN 'measured' THEN 0 WHEN 'estimated' THEN 1 ELSE 2 END,
                measured_at DESC
        ) AS place FROM reach
    ) ranked WHERE place = 1
)
"""


def upgrade() -> None:
    op.add_column('reach', sa.Column('counts', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(_MARK)


def downgrade() -> None:
    with op.batch_alter_table('reach', schema=None) as batch_op:
        batch_op.drop_column('counts')
