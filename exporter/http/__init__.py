"""The HTTP server: routes, the status page and the listening socket."""
