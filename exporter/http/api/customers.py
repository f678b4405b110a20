"""Customers, one or page by page, answered by `ledgerscope.customers.lifecycle`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response  # noqa: TC002 - the web framework reads the annotations

from exporter.http.api import answers
from exporter.http.api.asked import Asked  # noqa: TC001 - the same
from exporter.http.api.parameters import (  # noqa: TC001 - the same
    CustomerId,
    CustomerListQuery,
    OrganizationQuery,
)
from ledgerscope.customers.lifecycle import Customers, ListCustomers

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])


@router.get(
    "",
    operation_id="customer_list",
    summary="Customers, page by page",
    response_model=answers.CustomerList,
)
async def customer_list(asked: Asked, query: Annotated[CustomerListQuery, Query()]) -> Response:
    """Takes `customers:list`. Pages that follow each other by `cursor` hold every customer exactly once."""
    wanted = ListCustomers(
        text=query.search,
        status=query.status,
        source=query.source,
        deleted=query.include_deleted,
        oldest_first=query.oldest_first,
        limit=query.limit,
        cursor=query.cursor,
    )
    return await asked.answer(
        query.organization_id, lambda operations: Customers(operations).list(wanted), answers.CustomerList.of
    )


@router.get(
    "/{customer_id}",
    operation_id="customer_detail",
    summary="One customer",
    response_model=answers.CustomerDetail,
)
async def customer_detail(
    asked: Asked, customer_id: CustomerId, query: Annotated[OrganizationQuery, Query()]
) -> Response:
    """Takes `customers:view`, or a grant for the customer."""
    return await asked.answer(
        query.organization_id,
        lambda operations: Customers(operations).get(customer_id),
        answers.CustomerDetail.model_validate,
    )
