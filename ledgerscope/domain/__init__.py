"""The definitions: pure functions over money, periods, aging, credit, MRR, churn and NPS."""
