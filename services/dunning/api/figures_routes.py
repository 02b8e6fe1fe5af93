"""GET: figures, as JSON or CSV. Scope `dunning:read`."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from schemas.values import Currency
from services.dunning.api.dunning_problems import PROBLEM_RESPONSES, no_business_date
from services.dunning.api.figures_reading import (
    Asked,
    FigureName,
    FiguresAnswer,
    figure_lines,
    figures_answer,
    figures_csv,
)
from services.dunning.api.parameters import plausible_day
from services.dunning.api.used_ladders import UsedLadders
from services.dunning.cases.case_work import CaseWork
from services.dunning.figures.standing import InvalidPeriod, Selection
from services.eventing.api_access import caller_with
from services.eventing.api_connections import ApiConnections
from services.eventing.api_parameters import Day, Id
from services.eventing.problems import INVALID, refused_field

Product = Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
_CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {}}, "description": "The lines, with `format=csv` as CSV"}
}


def figures_router(connections: ApiConnections, work: CaseWork, ladders: UsedLadders) -> APIRouter:
    """Everything that is counted."""
    router = APIRouter(prefix="/v1/figures", tags=["figures"], responses=PROBLEM_RESPONSES,
                       dependencies=[Depends(caller_with("dunning:read"))])  # fmt: skip

    @router.get("/{name}", summary="A figure as of any day", response_model=FiguresAnswer, responses=_CSV)
    async def figure(
        name: FigureName,
        as_of: Annotated[Day | None, Query(description="At the end of this day; the business date without it.")] = None,
        from_on: Annotated[Day | None, Query(description="First day of the period, or start of roll rates.")] = None,
        to_on: Annotated[Day | None, Query(description="Last day of the period; `as_of` without it.")] = None,
        currency: Annotated[Currency | None, Query(description="Only this currency.")] = None,
        product: Annotated[Product | None, Query(description="Only this product, id@version.")] = None,
        arm: Annotated[Id | None, Query(description="Only borrowers of this arm.")] = None,
        format: Annotated[Literal["json", "csv"], Query(description="What the answer is written in.")] = "json",
    ) -> Response:
        first_bucket = (await ladders.get()).first.buckets[0].name
        async with connections.reading() as connection:
            today = await work.today(connection)
            if today is None:
                raise no_business_date()
            for field, day in (("as_of", as_of), ("from_on", from_on), ("to_on", to_on)):
                if day is not None:
                    plausible_day(field, day, today)
            asked = Asked(as_of or today, from_on, to_on, Selection(currency, product, arm, first_bucket))
            try:
                lines = await figure_lines(connection, name, asked)
            except InvalidPeriod as error:
                raise refused_field(INVALID, error.field, error.value, error.reason) from error
        if format == "csv":
            return Response(figures_csv(name, lines), media_type="text/csv; charset=utf-8")
        return Response(figures_answer(name, asked, lines).model_dump_json(), media_type="application/json")

    return router
