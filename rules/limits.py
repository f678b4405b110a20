"""Every number a person may want to change, with the reason to change it: limits of alerts, minimum volumes.

Alert rules, the threshold lines of panels and the runbooks all take their numbers from here and nowhere else.
A limit has no default: a number nobody chose must not wake anybody.
"""

from __future__ import annotations

from datetime import timedelta

from rules.model import Limit, Setting, Severity

__all__: list[str] = []  # read as `limits.NAME`

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

# --- customers -------------------------------------------------------------------------------------------

DELETIONS = Limit(
    severity=Severity.WARNING,
    value=50,
    hold=2 * _MINUTE,
    change_when="a clean-up deletes more than this per hour as a matter of routine",
)
BLOCKED_SHARE = Limit(
    severity=Severity.WARNING,
    value=0.15,
    hold=_HOUR,
    change_when="the business blocks customers as a normal step of collecting",
)
MIN_CUSTOMERS = Setting(
    value=20,
    change_when="companies are so small that a share of 20 customers already means something",
)

# --- credit ----------------------------------------------------------------------------------------------

BREACH_RATE = Limit(
    severity=Severity.WARNING,
    value=0.01,
    hold=5 * _MINUTE,
    change_when="invoices are made in one monthly run, which concentrates the breaches of a month in an hour",
)
BREACH_RATE_CRITICAL = Limit(
    severity=Severity.CRITICAL,
    value=0.05,
    hold=5 * _MINUTE,
    change_when="the warning limit changes; a fifth of it should be left for the warning to be useful",
)
MIN_BREACHES = Setting(
    value=10,
    change_when="a company has so few customers that fewer breaches per hour matter",
)
UTILIZATION = Limit(
    severity=Severity.WARNING,
    value=0.85,
    hold=_HOUR,
    change_when="limits are set tightly on purpose, or insured to a known share",
)
OVER_LIMIT_SHARE = Limit(
    severity=Severity.WARNING,
    value=0.05,
    hold=_HOUR,
    change_when="limits of zero are in use as a block; each of those customers counts as over the limit",
)

# --- aging -----------------------------------------------------------------------------------------------

OVERDUE_SHARE = Limit(
    severity=Severity.WARNING,
    value=0.25,
    hold=_HOUR,
    change_when="terms of payment change; with short terms a greater share is always overdue",
)
MIN_OVERDUE_INVOICES = Setting(
    value=50,
    change_when="a company has fewer open invoices than this at the best of times",
)
OVERDUE_30_SHARE = Limit(
    severity=Severity.CRITICAL,
    value=0.20,
    hold=_HOUR,
    change_when="provisions for doubtful debts assume another share",
)
MIN_OVERDUE_30_INVOICES = Setting(
    value=5,
    change_when="single invoices are so large that fewer of them endanger the company",
)
RECEIVABLE_GAP = Limit(
    severity=Severity.CRITICAL,
    value=0.005,
    hold=5 * _MINUTE,
    change_when="never for currencies with two decimals: half a cent is rounding, a cent is not",
)

# --- revenue ---------------------------------------------------------------------------------------------

MRR_CHANGE = Limit(
    severity=Severity.WARNING,
    value=-0.05,
    hold=_HOUR,
    change_when="the plan foresees a decline, for example while a product is retired",
)
BRIDGE_GAP = Limit(
    severity=Severity.CRITICAL,
    value=0.1,
    hold=5 * _MINUTE,
    change_when="tiers or movements are added: up to half a cent of rounding comes with each",
)
GROSS_MARGIN = Setting(
    value=0.8,
    change_when="finance states another gross margin; the lifetime value is proportional to it",
)
LIFETIME_MONTHS = Setting(
    value=60,
    change_when="finance values customers over another horizon; it caps the lifetime where churn is tiny",
)
MIN_LOST_CUSTOMERS = Setting(
    value=5,
    change_when="a lifetime estimated from fewer lost customers is good enough, at about 45 % error for 5",
)

# --- churn -----------------------------------------------------------------------------------------------

LOGO_CHURN = Limit(
    severity=Severity.WARNING,
    value=0.07,
    hold=10 * _MINUTE,
    change_when="the contracts are yearly: 7 % in 30 days is the source documents' figure for monthly ones",
)
LOGO_CHURN_CRITICAL = Limit(
    severity=Severity.CRITICAL,
    value=0.14,
    hold=10 * _MINUTE,
    change_when="the warning limit changes; this is twice it",
)
GROSS_REVENUE_CHURN = Limit(
    severity=Severity.WARNING,
    value=0.05,
    hold=10 * _MINUTE,
    change_when="a few customers make most of the revenue, so that one contract moves it",
)
NET_RETENTION = Limit(
    severity=Severity.WARNING,
    value=0.95,
    hold=10 * _MINUTE,
    change_when="the plan foresees other expansion; 0.95 in 30 days is about 0.54 in a year",
)
MIN_CHURN_BASE = Setting(
    value=30,
    change_when="the company has fewer customers; below about 30 one of them is more than half the limit",
)

# --- satisfaction ----------------------------------------------------------------------------------------

NPS = Limit(
    severity=Severity.WARNING,
    value=0,
    hold=_HOUR,
    change_when="the trade's usual score is known; below 0 more customers warn others than recommend",
)
CSAT = Limit(
    severity=Severity.WARNING,
    value=70,
    hold=_HOUR,
    change_when="the survey asks after other occasions; 70 % satisfied is low after support contacts",
)
MIN_RESPONSES = Setting(
    value=30,
    change_when="surveys are rare; 30 answers already mean a margin of about 30 points of score",
)

# --- job queue -------------------------------------------------------------------------------------------

STUCK_JOBS = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=_MINUTE,
    change_when="never: a job without a sign of life for five minutes is one too many",
)
FAILED_JOBS = Limit(
    severity=Severity.WARNING,
    value=100,
    hold=15 * _MINUTE,
    change_when="failed jobs are kept on purpose instead of being retried or discarded",
)
JOB_FAILURE_SHARE = Limit(
    severity=Severity.WARNING,
    value=0.10,
    hold=5 * _MINUTE,
    change_when="a queue talks to a partner that is known to fail often, and retries are cheap",
)
MIN_JOB_RUNS = Setting(
    value=20,
    change_when="a queue runs fewer jobs than this in half an hour and its failures matter singly",
)
QUEUE_WAIT = Limit(
    severity=Severity.WARNING,
    value=900,
    hold=5 * _MINUTE,
    change_when="work is queued ahead of time, for example a night's run in the evening",
)
QUEUE_WAIT_CRITICAL = Limit(
    severity=Severity.CRITICAL,
    value=3600,
    hold=5 * _MINUTE,
    change_when="the warning limit changes, or nobody has to get up for a queue that stands still",
)

# --- the exporter itself ---------------------------------------------------------------------------------

TARGET_DOWN = Limit(
    severity=Severity.WARNING,
    value=1,
    hold=2 * _MINUTE,
    change_when="restarts of the exporter take longer than this",
)
TARGET_ABSENT = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=3 * _MINUTE,
    change_when="a deployment replaces all exporters at once and takes longer than this",
)
DATABASE_DOWN = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=2 * _MINUTE,
    change_when="fail-over of the database takes longer than this",
)
COLLECTOR_FAILURES = Limit(
    severity=Severity.WARNING,
    value=3,
    hold=_MINUTE,
    change_when="single runs are known to fail, for example while a nightly job holds locks",
)
COLLECTOR_STALE = Limit(
    severity=Severity.WARNING,
    value=1,
    hold=5 * _MINUTE,
    change_when="nobody acts on values as old as twice a collector's interval",
)
COLLECTOR_EXPIRED = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=_MINUTE,
    change_when="never: the values are gone and every alert on them is blind",
)
COLLECTOR_DISABLED = Limit(
    severity=Severity.INFO,
    value=1,
    hold=15 * _MINUTE,
    change_when="a database lacks relations on purpose; silence it for that collector instead",
)
COLLECTOR_LOAD = Limit(
    severity=Severity.WARNING,
    value=0.8,
    hold=10 * _MINUTE,
    change_when="intervals are chosen with less room on purpose; at 1 runs are skipped",
)
TALLY_REBASES = Limit(
    severity=Severity.INFO,
    value=1,
    hold=_MINUTE,
    change_when="fail-overs are routine; each one recounts",
)
MISPLACED_EVENTS = Limit(
    severity=Severity.WARNING,
    value=1,
    hold=5 * _MINUTE,
    change_when="never: an event that no counter holds is a counter that is wrong",
)
ISOLATED_COMPANY = Limit(
    severity=Severity.WARNING,
    value=1,
    hold=5 * _MINUTE,
    change_when="a company's data is known to be unusable; silence the alert for that company instead",
)
HEARTBEAT = Limit(
    severity=Severity.NONE,
    value=1,
    hold=timedelta(0),
    change_when="never: it fires always, and its absence is the alarm",
)
