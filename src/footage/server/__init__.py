"""The server of a library: its HTTP API, jobs and uploads, and the page in ``web/``.

Everything here needs the extra ``server``, but for `footage.server.found`.
"""
