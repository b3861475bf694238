"""Turns a user's files into the ASGI app to serve."""

import importlib
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Dict, List, Optional

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from headrace_runner.failure import AppProblem

if TYPE_CHECKING:
    from fastapi import FastAPI

PREBOUND = {
    "Optional": Optional,
    "List": List,
    "Dict": Dict,
    "Any": Any,
    "datetime": datetime,
}


def load(entrypoint: Path, root: Path) -> Callable[..., Any]:
    """Runs the entrypoint as the program's main module and returns the app that it made.

    Raises whatever the user's code raises, or AppProblem when there is no app.
    """
    if not entrypoint.is_file():
        raise AppProblem(f"Code file not found at {entrypoint}. Deploy the app with a file of this name.")
    source = entrypoint.read_bytes()
    module = new_main_module(entrypoint, root, source)
    put_on_path(root, entrypoint.parent)
    code = compile(source, str(entrypoint), "exec", dont_inherit=True)
    run, uvicorn.run = uvicorn.run, refuse_to_serve_twice
    try:
        exec(code, module.__dict__)
    finally:
        uvicorn.run = run
    app = getattr(module, "app", None)
    if not callable(app) or isinstance(app, type):
        made = "" if app is None else f" Its `app` is a {type(app).__name__}, which cannot be served."
        raise AppProblem(
            f"Code must define an app instance (FastAPI or FastHTML).{made} "
            f"Add to {entrypoint.relative_to(root)}: app = FastAPI() (or app, rt = fast_app() for FastHTML)"
        )
    if isinstance(app, Starlette):
        add_static_files(app, entrypoint.parent / "static")
    if is_fastapi(app):
        add_docs(app)
    return app


def is_fastapi(app: object) -> bool:
    fastapi = sys.modules.get("fastapi")
    return fastapi is not None and isinstance(app, fastapi.FastAPI)


def new_main_module(entrypoint: Path, root: Path, source: bytes) -> ModuleType:
    """`__main__`, so that main guards run and forward references of types are found.

    Other files of the app may import it by its file name and get the same module.
    """
    module = ModuleType("__main__")
    package = ".".join(entrypoint.relative_to(root).parent.parts)
    module.__dict__.update(prebound(source), __file__=str(entrypoint), __package__=package)
    sys.modules["__main__"] = module
    sys.modules.setdefault(f"{package}.{entrypoint.stem}" if package else entrypoint.stem, module)
    return module


def prebound(source: bytes) -> dict[str, object]:
    """FastAPI only for code that names it, because its import is most of a start."""
    found: dict[str, object] = dict(PREBOUND)
    if b"FastAPI" in source:
        found["FastAPI"] = importlib.import_module("fastapi").FastAPI
    if b"BaseModel" in source:
        found["BaseModel"] = importlib.import_module("pydantic").BaseModel
    return found


def put_on_path(root: Path, folder: Path) -> None:
    sys.path[:0] = [str(root)] if folder == root else [str(root), str(folder)]
    sys.argv = [str(folder)]
    sys.path_importer_cache.clear()


def refuse_to_serve_twice(*_: object, **__: object) -> None:
    print("uvicorn.run() does nothing here: the platform serves `app` itself.", flush=True)


def add_static_files(app: Starlette, folder: Path) -> None:
    has_own = any(getattr(route, "path", "").startswith("/static") for route in app.router.routes)
    if folder.is_dir() and not has_own:
        app.router.routes.insert(0, Mount("/static", StaticFiles(directory=folder), name="static"))


def add_docs(app: "FastAPI") -> None:
    """Documentation pages always answer, and find the schema relative to themselves, behind any prefix."""
    from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html

    if app.openapi_url is None:
        app.openapi_url = "/openapi.json"
        app.setup()
    app.docs_url = app.docs_url or "/docs"
    app.redoc_url = app.redoc_url or "/redoc"
    schema, title = app.openapi_url, app.title

    def swagger(_: Request) -> HTMLResponse:
        redirect = app.swagger_ui_oauth2_redirect_url
        return get_swagger_ui_html(
            openapi_url=relative_url(schema, app.docs_url),
            title=f"{title} - Swagger UI",
            oauth2_redirect_url=relative_url(redirect, app.docs_url) if redirect else None,
            init_oauth=app.swagger_ui_init_oauth,
            swagger_ui_parameters=app.swagger_ui_parameters,
        )

    def redoc(_: Request) -> HTMLResponse:
        return get_redoc_html(openapi_url=relative_url(schema, app.redoc_url), title=f"{title} - ReDoc")

    replace_route(app, app.docs_url, swagger)
    replace_route(app, app.redoc_url, redoc)


def replace_route(app: "FastAPI", path: str, answer: Callable[[Request], HTMLResponse]) -> None:
    """Takes the place of the framework's own page; a page of the user's stays."""
    routes = app.router.routes
    ours = Route(path, answer, include_in_schema=False)
    for index, route in enumerate(routes):
        if getattr(route, "path", None) == path:
            if is_from_framework(route):
                routes[index] = ours
            return
    routes.append(ours)


def is_from_framework(route: BaseRoute) -> bool:
    return getattr(getattr(route, "endpoint", None), "__module__", "") == "fastapi.applications"


def relative_url(target: str, page: str) -> str:
    """`openapi.json` for the page /docs, `../openapi.json` for the page /help/docs."""
    return "../" * (page.count("/") - 1) + target.removeprefix("/")
