"""Imports the frameworks without what an app's start does not need: a quarter of its processor time."""

import contextlib
import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType


def import_framework(entrypoint: Path) -> None:
    """The one that the code seems to use; to be called before anything else imports it."""
    gc.disable()  # nothing that is imported becomes garbage
    leave_out_uvicorns_command_line()
    if is_for_fasthtml(entrypoint):
        importlib.import_module("fasthtml.common")
    else:
        with openapi_models_built_at_first_use():
            importlib.import_module("fastapi")
    gc.freeze()
    gc.enable()


def is_for_fasthtml(entrypoint: Path) -> bool:
    with contextlib.suppress(OSError):
        return b"fasthtml" in entrypoint.read_bytes()
    return False


def leave_out_uvicorns_command_line() -> None:
    """`import uvicorn` would import click, the reloader and the supervisor of worker processes."""
    stand_in = ModuleType("uvicorn.main")
    sys.modules[stand_in.__name__] = stand_in
    stand_in.main = stand_in.run = stand_in.Server = None
    import uvicorn
    from uvicorn.server import Server

    uvicorn.Server = stand_in.Server = Server


@contextlib.contextmanager
def openapi_models_built_at_first_use() -> Iterator[None]:
    """The schema's page is asked for later, if ever; pydantic builds a model then that was put off now."""
    from pydantic import BaseModel

    config, rebuild = BaseModel.model_config, BaseModel.__dict__["model_rebuild"]
    BaseModel.model_config = {**config, "defer_build": True}
    BaseModel.model_rebuild = classmethod(unless_building(rebuild.__func__))
    try:
        yield
    finally:
        BaseModel.model_config, BaseModel.model_rebuild = config, rebuild


def unless_building(rebuild: Callable) -> Callable:
    def called(model: type, *arguments: object, **options: object) -> object:
        at_the_end_of_the_module = sys._getframe(1).f_globals.get("__name__") == model.__module__
        return None if at_the_end_of_the_module else rebuild(model, *arguments, **options)

    return called
