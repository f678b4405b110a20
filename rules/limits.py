"""Every number a person may want to change, with the reason to change it: limits of alerts, minimum volumes.

Alert rules, the threshold lines of panels and the runbooks all take their numbers from here and nowhere else.
A limit has no default: nobody is paged by a number that nobody chose.
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
    change_when="the companies are so small that a share of fewer customers already says something",
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
    change_when="the warning limit changes; keep it at about five times the warning",
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
    change_when="limits of zero are used to block customers; each of them counts as over the limit",
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
    change_when="a company never has this many open invoices",
)
OVERDUE_30_SHARE = Limit(
    severity=Severity.CRITICAL,
    value=0.20,
    hold=_HOUR,
    change_when="provisions for doubtful debts assume another share",
)
MIN_OVERDUE_30_INVOICES = Setting(
    value=5,
    change_when="fewer invoices can already endanger the company",
)
RECEIVABLE_GAP = Limit(
    severity=Severity.CRITICAL,
    value=0.005,
    hold=5 * _MINUTE,
    fixed_because="half a cent is rounding, a whole cent is a difference",
)

# --- statements ------------------------------------------------------------------------------------------

STATEMENT_FAILURES = Limit(
    severity=Severity.WARNING,
    value=0.05,
    hold=3 * _MINUTE,
    change_when="statements go to a mail server that is known to refuse some addresses",
)
MIN_STATEMENTS = Setting(
    value=10,
    change_when="a company asks for fewer statements than this in an hour and each failure matters",
)

# --- imports and exports ---------------------------------------------------------------------------------

IMPORT_FAILURES = Limit(
    severity=Severity.CRITICAL,
    value=0.10,
    hold=5 * _MINUTE,
    change_when="files are tried until they fit, so that most imports fail as a matter of routine",
)
MIN_IMPORTS = Setting(
    value=5,
    change_when="a company imports fewer files than this in an hour and each failure matters",
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
    change_when="a rougher estimate of the lifetime is acceptable; with 5 lost customers it is off by 45 %",
)

# --- churn -----------------------------------------------------------------------------------------------

LOGO_CHURN = Limit(
    severity=Severity.WARNING,
    value=0.07,
    hold=10 * _MINUTE,
    change_when="the contracts are yearly; 7 % in 30 days suits monthly ones",
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
    change_when="the usual score of the industry is known; below 0 there are more detractors than promoters",
)
CSAT = Limit(
    severity=Severity.WARNING,
    value=70,
    hold=_HOUR,
    change_when="the survey is sent on other occasions; 70 % is low after support contacts",
)
MIN_RESPONSES = Setting(
    value=30,
    change_when="surveys are rare; with 30 answers the margin is already about 30 points",
)

# --- job queue -------------------------------------------------------------------------------------------

STUCK_JOBS = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=_MINUTE,
    fixed_because="a job without a heartbeat for five minutes has stopped",
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
    change_when="a queue runs fewer jobs than this in half an hour and each failure matters",
)
QUEUE_WAIT = Limit(
    severity=Severity.WARNING,
    value=900,
    hold=5 * _MINUTE,
    change_when="work is queued ahead of time, for example in the evening for the night",
)
QUEUE_WAIT_CRITICAL = Limit(
    severity=Severity.CRITICAL,
    value=3600,
    hold=5 * _MINUTE,
    change_when="the warning limit changes, or a queue that has stopped can wait until morning",
)

# --- credentials -----------------------------------------------------------------------------------------

ROTATION_FAILURES = Limit(
    severity=Severity.WARNING,
    value=5,
    hold=5 * _MINUTE,
    change_when="secrets are typed by hand by many people, who get them wrong more often",
)

# --- audit log -------------------------------------------------------------------------------------------

AUDIT_MISSING = Limit(
    severity=Severity.CRITICAL,
    value=0,
    hold=_MINUTE,
    fixed_because="entries of an audit log are never removed",
)
AUDIT_FAULTS = Limit(
    severity=Severity.CRITICAL,
    value=0,
    hold=_MINUTE,
    fixed_because="a log that is what was written has no fault",
)

# --- synchronisation -------------------------------------------------------------------------------------

SYNC_OVERDUE = Limit(
    severity=Severity.WARNING,
    value=0.10,
    hold=15 * _MINUTE,
    change_when="systems of customers are out of reach for hours as a matter of routine",
)
SYNC_IN_ERROR = Limit(
    severity=Severity.WARNING,
    value=0.10,
    hold=15 * _MINUTE,
    change_when="customers often take back their credentials without saying so",
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
    change_when="failover of the database takes longer than this",
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
    change_when="values as old as twice the interval of their collector are acceptable",
)
COLLECTOR_EXPIRED = Limit(
    severity=Severity.CRITICAL,
    value=1,
    hold=_MINUTE,
    fixed_because="the values are gone, and no alert on them can fire",
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
    change_when="intervals are short on purpose; at 100 % runs are skipped",
)
TALLY_REBASES = Limit(
    severity=Severity.INFO,
    value=1,
    hold=_MINUTE,
    change_when="failovers are routine; each one causes a recount",
)
MISPLACED_EVENTS = Limit(
    severity=Severity.WARNING,
    value=1,
    hold=5 * _MINUTE,
    fixed_because="a counter that lacks an event is wrong",
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
    fixed_because="this alert always fires, and its absence is the alarm",
)
