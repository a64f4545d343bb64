"""The web face of the bot: HTTP API, page, widget. The only layer that knows HTTP."""
