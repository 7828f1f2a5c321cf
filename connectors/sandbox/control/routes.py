"""What can be asked below ``/_sandbox``."""

from __future__ import annotations

from connectors.sandbox.control import audience, clock, faults, grants, journal, limits, style
from connectors.sandbox.exchange import Operation
from connectors.sandbox.permalinks import show_image

OPERATIONS = (
    Operation(kind="journal", method="GET", path="/journal", handler=journal.show),
    Operation(kind="journal", method="DELETE", path="/journal", handler=journal.clear),
    Operation(kind="posts", method="GET", path="/posts", handler=journal.posts),
    Operation(kind="clock", method="GET", path="/clock", handler=clock.show),
    Operation(kind="clock", method="POST", path="/clock", handler=clock.change),
    Operation(kind="faults", method="GET", path="/faults", handler=faults.show),
    Operation(kind="faults", method="POST", path="/faults", handler=faults.add),
    Operation(kind="faults", method="DELETE", path="/faults", handler=faults.clear),
    Operation(kind="grants", method="DELETE", path="/grants", handler=grants.revoke),
    Operation(kind="limits", method="GET", path="/limits", handler=limits.show),
    Operation(kind="limits", method="POST", path="/limits", handler=limits.change),
    Operation(kind="audience", method="GET", path="/audience", handler=audience.show),
    Operation(kind="audience", method="POST", path="/audience", handler=audience.change),
    Operation(kind="media", method="GET", path="/media/{network}/{media_id}", handler=show_image),
    Operation(kind="style", method="GET", path="/sandbox.css", handler=style.show),
)
