"""The parts of the running app that the routes of clones are given."""

from typing import Annotated, cast

from fastapi import Depends, Request

from clonememoria.clones.editing import StartMemory
from clonememoria.clones.settings import Reembed
from clonememoria.providers.catalog import Providers


def providers_of(request: Request) -> Providers:
    return cast(Providers, request.app.state.providers)


def reembed_of(request: Request) -> Reembed:
    return cast(Reembed, request.app.state.reembed)


def start_memory_of(request: Request) -> StartMemory:
    return cast(StartMemory, request.app.state.start_memory)


AppProviders = Annotated[Providers, Depends(providers_of)]
AppReembed = Annotated[Reembed, Depends(reembed_of)]
AppStartMemory = Annotated[StartMemory, Depends(start_memory_of)]
