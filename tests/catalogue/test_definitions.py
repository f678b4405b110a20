from __future__ import annotations

from ledgerscope.catalogue import definitions

PAGE = """\
# A page

Words before.

## MRR & more

Metrics: `chom_revenue_mrr`,
`chom_customers`

What it means.

```yaml example
title: First
# no heading
```

Still the same section.

### Below

Deeper.
"""


def test_a_page_is_cut_into_sections_with_metrics_and_examples() -> None:
    page, mrr, below = definitions.parse(PAGE)
    assert (page.title, page.level, page.text) == ("A page", 1, "Words before.")
    assert (mrr.level, mrr.metrics) == (2, ("chom_revenue_mrr", "chom_customers"))
    assert mrr.text == "What it means.\n\nStill the same section."
    assert [(one.line, one.source) for one in mrr.examples] == [(12, "title: First\n# no heading\n")]
    assert (below.title, below.examples) == ("Below", ())


def test_a_section_is_linked_as_github_does() -> None:
    assert definitions.anchor("Time and windows") == "time-and-windows"
    assert definitions.anchor("MRR & more") == "mrr--more"
    assert next(iter(definitions.parse(PAGE))).link == "docs/definitions.md#a-page"


def test_a_metric_is_found_in_the_section_that_defines_it() -> None:
    found = definitions.section_of("customer_aging_open_amount")
    assert found is not None
    assert found.title == "Aging"
    assert definitions.section_of("no_such_metric") is None
