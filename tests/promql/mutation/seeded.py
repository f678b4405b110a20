"""A small suite in which thirty assertions are missing, one for each gap in `GAPS`, which is written by hand.

Kept as text and not as files: rule tests are found by their content, and the gaps here are meant.
"""

from __future__ import annotations

RULES = """\
groups:
- name: seeded
  interval: 1m
  rules:
  - alert: QueueLong
    expr: queue_length > 100
  - alert: RetriesMany
    expr: retries >= 5
  - alert: BacklogOld
    expr: backlog_age > 10
  - alert: SpaceLow
    expr: free_space < 30
  - alert: ErrorsWhileEnabled
    expr: errors_now > 5 and enabled
  - record: failures:all
    expr: legacy_failures or failures
  - record: rate:any
    expr: old_rate or new_rate
  - record: jobs:waiting
    expr: jobs_waiting unless maintenance
  - record: latency:mean
    expr: latency_sum / latency_count
  - record: api:state
    expr: state{job="api"}
  - record: errors:real
    expr: errors{env!="test"}
  - record: disks:used
    expr: disk_used{disk=~"sda|sdb"}
  - record: load:sum
    expr: sum without (instance, pod) (load)
  - record: alarms:active
    expr: alarms and on (job, zone) active
  - record: share:ratio
    expr: part / ignoring (code) whole
  - record: heat:peak
    expr: max_over_time(heat[10m])
  - record: noise:peak
    expr: max_over_time(noise[10m])
  - record: visits:before
    expr: visits offset 10m
  - record: temperature:max
    expr: max by (room) (temperature)
  - record: orders:sum
    expr: sum by (shop) (orders)
  - record: nodes:count
    expr: count(node)
  - record: pressure:peak
    expr: max_over_time(pressure[10m])
  - record: drift:abs
    expr: abs(drift)
  - record: score:capped
    expr: clamp_max(score, 100)
  - alert: SlowToFire
    expr: slow == 1
    for: 5m
  - alert: QuickToFire
    expr: quick == 1
    for: 5m
  - alert: SoonOver
    expr: soon == 1
    keep_firing_for: 5m
  - alert: LateOver
    expr: late == 1
    keep_firing_for: 5m
  - alert: Paging
    expr: paging == 1
    labels: {severity: page}
  - alert: HeartbeatMissing
    expr: absent(heartbeat) >= 1
  - alert: NodesMany
    expr: count(member) > 2.5
"""

#: Place in the rules, rule, mutant; in the order of the file. The comment says which assertion is missing.
GAPS = [
    ("6:26", "QueueLong", "threshold: `100` becomes `110`"),  # that 105 is too long
    ("8:22", "RetriesMany", "threshold: `5` becomes `4`"),  # that 4 are not too many
    ("10:23", "BacklogOld", "comparison: `>` becomes `>=`"),  # that 10 is not too old
    ("12:22", "SpaceLow", "comparison: `<` becomes `<=`"),  # that 30 is enough
    ("14:26", "ErrorsWhileEnabled", "operand: `and enabled` is dropped"),  # errors where it is not enabled
    ("16:27", "failures:all", "operand: `or failures` is dropped"),  # failures without those of old
    ("18:11", "rate:any", "operand: `old_rate or` is dropped"),  # the old rate alone
    ("20:24", "jobs:waiting", "operand: `unless maintenance` is dropped"),  # jobs in maintenance
    ("22:23", "latency:mean", "operand: `/ latency_count` is dropped"),  # a count other than one
    ("24:17", "api:state", 'matcher: `job="api"` is dropped'),  # the state of another job
    ("26:18", "errors:real", 'matcher: `env!="test"` is dropped'),  # errors of a test
    ("28:21", "disks:used", 'matcher: `disk=~"sda|sdb"` is dropped'),  # a third disk
    ("30:34", "load:sum", "label: `without pod` is dropped"),  # two pods
    ("32:31", "alarms:active", "label: `on zone` is dropped"),  # a job that is active in another zone
    ("34:28", "share:ratio", "label: `ignoring code` is dropped"),  # a part with a code
    ("36:30", "heat:peak", "window: `10m` becomes `20m`"),  # a peak more than ten minutes ago
    ("38:31", "noise:peak", "window: `10m` becomes `5m`"),  # a peak five to ten minutes ago
    ("40:18", "visits:before", "offset: `offset 10m` becomes `offset 20m`"),  # another value before that
    ("42:11", "temperature:max", "aggregation: `max` becomes `min`"),  # two sensors in a room
    ("44:11", "orders:sum", "aggregation: `sum` becomes `max`"),  # two series of a shop
    ("46:11", "nodes:count", "aggregation: `count` becomes `group`"),  # two nodes
    ("48:11", "pressure:peak", "aggregation: `max_over_time` becomes `min_over_time`"),  # a change
    ("50:11", "drift:abs", "function: `abs()` is dropped"),  # a negative drift
    ("52:11", "score:capped", "function: `clamp_max()` is dropped"),  # a score above 110
    ("52:28", "score:capped", "parameter: `100` becomes `110`"),  # a score of 105
    ("55:10", "SlowToFire", "for: `for: 5m` becomes `for: 2m30s`"),  # silence after four minutes
    ("58:10", "QuickToFire", "for: `for: 5m` becomes `for: 10m`"),  # the alert after five minutes
    ("61:22", "SoonOver", "keep_firing_for: `keep_firing_for: 5m` becomes `keep_firing_for: 2m30s`"),
    ("64:22", "LateOver", "keep_firing_for: `keep_firing_for: 5m` becomes `keep_firing_for: 10m`"),
    ("67:13", "Paging", "severity: `severity: page` becomes `severity: warning`"),  # the severity
]

TESTS = """\
rule_files: [rules.yml]
tests:
- name: thresholds
  input_series:
  - {series: queue_length, values: 150 100}
  - {series: retries, values: 5 3}
  - {series: backlog_age, values: 10.5 9.5}
  - {series: free_space, values: 28.5 31.5}
  alert_rule_test:
  - {eval_time: 0m, alertname: QueueLong, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: QueueLong}
  - {eval_time: 0m, alertname: RetriesMany, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: RetriesMany}
  - {eval_time: 0m, alertname: BacklogOld, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: BacklogOld}
  - {eval_time: 0m, alertname: SpaceLow, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: SpaceLow}
- name: operands
  input_series:
  - {series: errors_now, values: 5.5 5 4.5}
  - {series: enabled, values: 1x2}
  - {series: legacy_failures, values: 2}
  - {series: new_rate, values: 3}
  - {series: jobs_waiting, values: 4}
  - {series: latency_sum, values: 7}
  - {series: latency_count, values: 1}
  alert_rule_test:
  - {eval_time: 0m, alertname: ErrorsWhileEnabled, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: ErrorsWhileEnabled}
  - {eval_time: 2m, alertname: ErrorsWhileEnabled}
  promql_expr_test:
  - {expr: 'failures:all', eval_time: 0m, exp_samples: [{labels: 'failures:all', value: 2}]}
  - {expr: 'rate:any', eval_time: 0m, exp_samples: [{labels: 'rate:any', value: 3}]}
  - {expr: 'jobs:waiting', eval_time: 0m, exp_samples: [{labels: 'jobs:waiting', value: 4}]}
  - {expr: 'latency:mean', eval_time: 0m, exp_samples: [{labels: 'latency:mean', value: 7}]}
- name: selectors and labels
  input_series:
  - {series: 'state{job="api"}', values: 1}
  - {series: 'errors{env="live"}', values: 2}
  - {series: 'disk_used{disk="sda"}', values: 3}
  - {series: 'load{job="a", instance="1"}', values: 4}
  - {series: 'load{job="a", instance="2"}', values: 5}
  - {series: 'alarms{job="a", zone="x"}', values: 6}
  - {series: 'alarms{job="b", zone="x"}', values: 6}
  - {series: 'active{job="b", zone="x"}', values: 1}
  - {series: 'active{job="c", zone="x"}', values: 1}
  - {series: 'part{job="a"}', values: 2}
  - {series: 'whole{job="a"}', values: 8}
  promql_expr_test:
  - {expr: 'api:state', eval_time: 0m, exp_samples: [{labels: 'api:state{job="api"}', value: 1}]}
  - {expr: 'errors:real', eval_time: 0m, exp_samples: [{labels: 'errors:real{env="live"}', value: 2}]}
  - {expr: 'disks:used', eval_time: 0m, exp_samples: [{labels: 'disks:used{disk="sda"}', value: 3}]}
  - {expr: 'load:sum', eval_time: 0m, exp_samples: [{labels: 'load:sum{job="a"}', value: 9}]}
  - expr: alarms:active
    eval_time: 0m
    exp_samples: [{labels: 'alarms:active{job="b", zone="x"}', value: 6}]
  - {expr: 'share:ratio', eval_time: 0m, exp_samples: [{labels: 'share:ratio{job="a"}', value: 0.25}]}
- name: windows
  input_series:
  - {series: heat, values: 9 1x30}
  - {series: noise, values: 9x6 2x8 5 1x15}
  - {series: visits, values: 1x11 2x8}
  - {series: pressure, values: 7x2 _x30}
  promql_expr_test:
  - {expr: 'heat:peak', eval_time: 8m, exp_samples: [{labels: 'heat:peak', value: 9}]}
  - {expr: 'noise:peak', eval_time: 19m, exp_samples: [{labels: 'noise:peak', value: 5}]}
  - {expr: 'visits:before', eval_time: 20m, exp_samples: [{labels: 'visits:before', value: 1}]}
  - {expr: 'pressure:peak', eval_time: 9m, exp_samples: [{labels: 'pressure:peak', value: 7}]}
  - {expr: 'pressure:peak', eval_time: 17m}
- name: aggregations and functions
  input_series:
  - {series: 'temperature{room="hall"}', values: 20}
  - {series: 'orders{shop="north"}', values: 3}
  - {series: 'node{name="a"}', values: 5}
  - {series: drift, values: 0.5}
  - {series: score, values: 95}
  promql_expr_test:
  - expr: temperature:max
    eval_time: 0m
    exp_samples: [{labels: 'temperature:max{room="hall"}', value: 20}]
  - {expr: 'orders:sum', eval_time: 0m, exp_samples: [{labels: 'orders:sum{shop="north"}', value: 3}]}
  - {expr: 'nodes:count', eval_time: 0m, exp_samples: [{labels: 'nodes:count', value: 1}]}
  - {expr: 'drift:abs', eval_time: 0m, exp_samples: [{labels: 'drift:abs', value: 0.5}]}
  - {expr: 'score:capped', eval_time: 0m, exp_samples: [{labels: 'score:capped', value: 95}]}
- name: times
  input_series:
  - {series: slow, values: 0x10 1x30}
  - {series: quick, values: 0 1x30}
  - {series: soon, values: 0 1x5 0x30}
  - {series: late, values: 0 1x5 0x30}
  - {series: paging, values: 0 1 2}
  alert_rule_test:
  - {eval_time: 10m, alertname: SlowToFire}
  - {eval_time: 12m, alertname: SlowToFire}
  - {eval_time: 16m, alertname: SlowToFire, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 0m, alertname: QuickToFire}
  - {eval_time: 5m, alertname: QuickToFire}
  - {eval_time: 15m, alertname: QuickToFire, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 0m, alertname: SoonOver}
  - {eval_time: 2m, alertname: SoonOver, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 7m, alertname: SoonOver, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 12m, alertname: SoonOver}
  - {eval_time: 0m, alertname: LateOver}
  - {eval_time: 2m, alertname: LateOver, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 11m, alertname: LateOver, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 30m, alertname: LateOver}
  - {eval_time: 0m, alertname: Paging}
  - {eval_time: 1m, alertname: Paging, exp_alerts: [{match_labels: '{alertname="Paging"}'}]}
  - {eval_time: 2m, alertname: Paging}
- name: absence and counts
  input_series:
  - {series: heartbeat, values: 1 stale}
  - {series: 'member{name="a"}', values: 1x5}
  - {series: 'member{name="b"}', values: 1x5}
  - {series: 'member{name="c"}', values: _ 1 stale}
  alert_rule_test:
  - {eval_time: 0m, alertname: HeartbeatMissing}
  - {eval_time: 1m, alertname: HeartbeatMissing, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 0m, alertname: NodesMany}
  - {eval_time: 1m, alertname: NodesMany, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 2m, alertname: NodesMany}
"""
