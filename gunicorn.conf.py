"""How gunicorn serves the archive, in `make run` and in production; its command line overrides each line."""

import os
from typing import Any

from newsarchive.start import read_settings

read_settings()

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
wsgi_app = "newsarchive.wsgi"
worker_class = "gthread"
threads = 4
# A search of 600 Chinese characters is an address of 5,400 bytes; the most that gunicorn and nginx read is this.
limit_request_line = 8190
# The archive is loaded before the first worker starts: a mistake in the settings stops the start.
preload_app = True
loglevel = "warning"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Say where the site is, once the port is open."""
    print(f"http://{bind}/" if server.cfg.bind == [bind] else f"Listening on {', '.join(server.cfg.bind)}", flush=True)  # noqa: T201
