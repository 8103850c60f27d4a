"""The API against its own description: requests made from it, good and bad, with every check of schemathesis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from contract.served import Served, served
from goldens import assert_golden
from hypothesis import HealthCheck, settings

from api.app import create_app
from api.problems import KINDS
from rag.config import Settings

EXAMPLES = 20  # for each operation; the phases of schemathesis add those that the description gives

DESCRIPTION = create_app(None, Settings()).openapi()
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("schema") / "data") as service:
        yield service


def contradicts_itself(case: Any) -> bool:
    """Whether a body says what a schema cannot forbid: a brief of a week and of days, or days that end too early."""
    if case.operation.path != "/v1/briefs" or not isinstance(case.body, dict):
        return False
    week, since, until = (case.body.get(name) for name in ("week", "since", "until"))
    early = isinstance(since, str) and isinstance(until, str) and since > until
    return early or bool(week and (since or until))


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description(case: Any, service: Served) -> None:
    if contradicts_itself(case):
        assert 400 <= case.call(base_url=service.url).status_code < 500
        return
    case.call_and_validate(base_url=service.url)


def test_the_description_is_the_golden_one() -> None:
    assert_golden("openapi.json", json.dumps(DESCRIPTION, indent=2, ensure_ascii=False) + "\n")


def test_the_description_can_be_read() -> None:
    for path, operations in DESCRIPTION["paths"].items():
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            assert operation.get("summary"), f"{where} has no summary"
            assert operation.get("description"), f"{where} has no description"
            assert operation.get("tags"), f"{where} has no tag"


def test_every_kind_of_problem_is_documented(checkout: Any) -> None:
    page = (checkout / "docs" / "api.md").read_text(encoding="utf-8")
    assert [kind.name for kind in KINDS if f"`{kind.name}`" not in page] == []
    assert len({kind.name for kind in KINDS}) == len(KINDS)
