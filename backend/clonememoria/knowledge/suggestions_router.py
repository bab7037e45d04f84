"""Suggested questions over HTTP, for whoever may see the clone."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request

from clonememoria.accounts.identity import CurrentUser
from clonememoria.clones.access import CloneKey, visible_clone
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase
from clonememoria.knowledge.suggestions import Suggestions

router = APIRouter(responses=problems(401, 404, 503))


def suggestions_of(request: Request) -> Suggestions:
    return cast(Suggestions, request.app.state.suggestions)


AppSuggestions = Annotated[Suggestions, Depends(suggestions_of)]

EXAMPLE = ["What are the five essential points in securing the health of houses?"]


@router.get(
    "/{clone_id}/suggestions",
    responses={200: {"content": {"application/json": {"example": EXAMPLE}}}},
)
async def suggest_questions(
    clone_id: CloneKey, user: CurrentUser, *, database: AppDatabase, suggestions: AppSuggestions
) -> list[str]:
    """Suggest questions that the clone's documents can answer.

    Up to 5; none as long as no document is ready.
    """
    async with database.as_user(user.id) as session:
        clone = await visible_clone(session, clone_id)
    return list(await suggestions.of(clone, reader_is_owner=clone.creator_id == user.id))
