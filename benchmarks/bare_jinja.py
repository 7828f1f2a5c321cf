"""The baseline: what Jinja2 alone renders here, beside what it renders on the anchor machine.

Machines are shared and differ, so a figure that was asked for on one is compared by this ratio.
"""

from __future__ import annotations

import time

from jinja2.sandbox import SandboxedEnvironment

#: Renders a second on the machine of the figures that were asked for: compiled, sandboxed or not,
#: about 650 characters, ten fields, one core.
ANCHOR = 172_000
_RENDERS = 5000


def renders_per_second() -> float:
    """Texts of about 650 characters with ten fields, by processor time of one thread."""
    words = "een gewone zin over werk dat moet kloppen en over wie het doet "
    template = SandboxedEnvironment().from_string(
        "".join(words + f"{{{{ field_{number} }}}} " for number in range(10))
    )
    values = {f"field_{number}": "monteur" for number in range(10)}
    started = time.process_time()
    for _ in range(_RENDERS):
        template.render(values)
    return _RENDERS / (time.process_time() - started)
