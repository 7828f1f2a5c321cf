"""know by which links applicants came"""

import sqlalchemy as sa
from alembic import op

import services.database.schema

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_ATTRIBUTE = """
INSERT INTO attributions (application_id, first_code, last_code, stated_at)
SELECT application_id, link_code, link_code, at FROM (
    SELECT application_id, link_code, at, row_number() OVER (
        PARTITION BY application_id ORDER BY at, link_code
    ) AS place
    FROM applications WHERE link_code IN (SELECT link_code FROM posts)
) ranked WHERE place = 1
"""


def upgrade() -> None:
    op.create_table('attributions',
    sa.Column('application_id', sa.Text(), nullable=False),
    sa.Column('first_code', sa.Text(), nullable=False),
    sa.Column('last_code', sa.Text(), nullable=False),
    sa.Column('stated_at', services.database.schema.UtcTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('application_id', name=op.f('pk_attributions'))
    )
    op.create_index('ix_attributions_first', 'attributions', ['first_code'])
    op.create_index('ix_attributions_last', 'attributions', ['last_code'])
    op.execute(_ATTRIBUTE)
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.drop_column('link_code')


def downgrade() -> None:
    op.add_column('applications', sa.Column('link_code', sa.Text(), nullable=True))
    op.execute(
        "UPDATE applications SET link_code = (SELECT last_code FROM attributions"
        " WHERE attributions.application_id = applications.application_id)"
    )
    op.drop_table('attributions')
