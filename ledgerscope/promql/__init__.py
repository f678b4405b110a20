"""PromQL in this process: evaluate expressions, run rules, test them with pytest.

From bottom to top: `text`, `regex` and `yaml` read and write single values and documents; `syntax` has trees,
`histograms` native histograms; `samples` keeps series in memory, `series` reads them from test files;
`engine` evaluates; `template` expands Go templates; `rules` runs groups of rules; `testing` and `scripts`
judge test files and Prometheus's scripts; `plugin` brings both into pytest. Imported are the standard
library, NumPy and PyYAML alone; pytest in the plugin.
"""
