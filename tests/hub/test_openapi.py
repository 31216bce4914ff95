"""docs/openapi.json is what the code says."""

from __future__ import annotations

import json

from app.domain.codec import KINDS
from app.hub import openapi


def test_the_file_is_up_to_date() -> None:
    assert openapi.PATH.read_text("utf-8") == openapi.text(), "run: python -m app.hub.openapi"


def test_every_reference_leads_somewhere() -> None:
    said = openapi.text()
    schemas = openapi.document()["components"]["schemas"]
    for part in said.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas


def test_every_kind_of_fact_has_its_schema() -> None:
    assert KINDS.keys() <= json.loads(openapi.text())["components"]["schemas"].keys()
