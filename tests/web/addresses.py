"""Print the application's own table of addresses, Gradio's among them; run apart, for Gradio leaves loops open."""

import json
import sys

from starlette.routing import Mount, Route

from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.web.api import create_app


def addresses(app, prefix=""):
    for route in app.routes:
        path = prefix + getattr(route, "path", "")
        if isinstance(route, Mount):
            yield from addresses(route.app, path) if hasattr(route.app, "routes") else [("GET", f"{path}/reader.css")]
        elif hasattr(route, "original_router"):  # how FastAPI keeps what was included
            yield from addresses(route.original_router, prefix)
        elif isinstance(route, Route):
            yield from ((method, path) for method in sorted(route.methods or {"GET"}))


if __name__ == "__main__":
    with Archive.open(Settings(data_dir=sys.argv[1])) as archive:
        found = sorted(set(addresses(create_app(archive, QAPipeline(archive), archive.settings))))
    sys.stdout.write(json.dumps(found))
