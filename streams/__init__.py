"""How events arrive and leave: processors, the Faust app, the logs, outbox, dead letters, commands."""
