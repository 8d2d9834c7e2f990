"""Whether a call was answered in silent mode, so that what silence kept is set against the orders signed meanwhile.

Only adds. Of calls from before it is not known, unless a card of theirs was kept. Going down takes it away.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0011"
down_revision = "main0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invocation", sa.Column("silent", sa.Boolean(), nullable=True))
    # Code of the version before leaves it out, and its calls are not known.
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0010')")


def downgrade() -> None:
    op.drop_column("invocation", "silent")
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0010'")
