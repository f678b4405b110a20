"""Templates of labels and annotations as a grammar: Go's template language and Prometheus's functions.

Only texts with one answer are drawn: a query gives one series, or is sorted; a list of results is never
printed as such, for promtool prints memory addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.promql.differential.drawing import Row, draw

if TYPE_CHECKING:
    from collections import Counter
    from random import Random

_VERBS = "vdsqxXeEfFgGtTUcob"
_FLAGS = (
    "",
    "",
    "",
    "+",
    "-",
    "#",
    " ",
    "0",
    "8",
    "-8",
    "08",
    ".2",
    "8.3",
    ".0",
    "+.1",
    "[1]",
    "#.4",
    "-08",
    "#08",
    "#.0",
    "#8",
    " 08",
    "+08",
    ".1",
    "# ",
    "020.3",
)

TABLES: dict[str, tuple[Row, ...]] = {
    "text": ("<piece>", "<piece>", "<piece> <piece>", "<piece>-<piece><piece>", "<faulty>"),
    "piece": (
        "{{ <value> }}", "{{ <value> }}", "{{ <value> }}", "{{ <number> | <of_number> }}",
        "{{ <number> | <of_number> }}", "{{ <string> | <of_string> }}", "{{<value>}}",
        "{{ <printed> }}", "{{ <printed> }}", "<control>", "<control>", "<literal>", "<trimmed>", "<failing>",
    ),
    "literal": ("plain", "é ü\n", "}} {", "{ {", "%d", "\\", '"', "100%", "$value", "\t x "),
    "trimmed": (
        " a {{- <value> -}} b ", "\n{{- /* no */ -}}\n", "{{/* no */}}", "a \n {{- <number>}}",
        "{{<string> -}} \n\t z", "{{- -1 -}}", "{{ 3 -}} x",
    ),
    # -- control -----------------------------------------------------------------------------------
    "control": (
        "{{ if <value> }}<text>{{ end }}",
        "{{ if <condition> }}<text>{{ else }}<text>{{ end }}",
        "{{ if <condition> }}<literal>{{ else if <condition> }}<text>{{ else }}<literal>{{ end }}",
        "{{ if not <condition> }}<piece>{{ end }}",
        "{{ with <value> }}<dotted>{{ end }}",
        "{{ with <value> }}<dotted>{{ else }}<text>{{ end }}",
        "{{ with $w := <value> }}{{ $w }}{{ end }}",
        "{{ with <list> }}{{ . | first | value }}{{ else }}none{{ end }}",
        "{{ with <list> }}{{ . | first | label <name> }}{{ end }}",
        "{{ with <list> }}{{ len . }}{{ end }}",
        "{{ range <list> }}{{ .Labels.instance }}={{ .Value }} {{ end }}",
        "{{ range <list> }}<inner>{{ else }}<text>{{ end }}",
        "{{ range $i, $e := <list> }}{{ $i }}:{{ $e.Value }},{{ end }}",
        "{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}",
        "{{ range $labels }}{{ . }};{{ end }}",
        "{{ range <list> }}{{ if <condition> }}{{ break }}{{ end }}a{{ end }}",
        "{{ range <list> }}{{ if gt .Value 2.0 }}{{ continue }}{{ end }}b{{ end }}",
        "{{ range $i, $e := args <value> <value> }}{{ $i }}={{ $e }} {{ end }}",
        "{{ $x := <value> }}{{ $x }}{{ $x = <value> }}{{ $x }}",
        "{{ $x := 0 }}{{ range <list> }}{{ $x = .Value }}{{ end }}{{ $x }}",
        '{{ define "t" }}[{{ . }}]{{ end }}{{ template "t" <value> }}{{ template "t" }}',
        '{{ define "u" }}<literal>{{ end }}{{ template "u" . }}',
        '{{ block "b" <value> }}({{ . }}){{ end }}',
        "{{ with . }}{{ .Value }}{{ .Labels.job }}{{ end }}",
        "{{ with .Labels }}{{ .job }}{{ .nope }}{{ end }}",
        '{{ range query "nothing" }}x{{ else }}empty{{ end }}',
        "{{ with $labels.nope }}x{{ else }}no label{{ end }}",
    ),
    "dotted": ("{{ . }}", '{{ printf "%v|%T" . . }}', "{{ $value }}", "{{ $.Value }}", "{{ $labels.job }}"),
    "inner": (
        "{{ .Value | humanize }} ", "{{ .Labels.instance | toUpper }}", "{{ . | value }},",
        '{{ . | label "instance" }};', "{{ .Labels }}", "{{ strvalue . }}", '{{ printf "%.1f" .Value }}',
        "{{ $value }}", "{{ .Nope }}",
    ),
    "condition": (
        "eq <string> <string>", "ne $labels.job <string>", "gt <number> <float>", "lt <float> <float>",
        "le <int> <int>", "ge $value <float>", "eq <int> <int>", "eq $value <float>", "and <value> <value>",
        "or <value> <value>", "(eq $labels.job <string> <string>)", "true", "false", "not <value>",
        "match <pattern> <string>", "lt <string> <string>", "(and true (gt $value <float>))",
        "eq <value> <value>",
        "ne <bool> <bool>", "len <list>", "$labels.nope", "le <value> <value>",
    ),
    "bool": ("true", "false", "(eq 1 1)", "(not true)"),
    # -- values ------------------------------------------------------------------------------------
    "value": (
        *["<number>"] * 3, *["<string>"] * 3, "<int>", "<bool>", *["<called>"] * 8,
        "$labels", ".Labels", "$externalLabels", "(<number> | <of_number>)", "(<string> | <of_string>)",
        "'a'",
    ),
    "number": (
        "$value", "$value", "$value", ".Value", "<float>", "<float>", "(query <one> | first | value)",
        "<int>",
        "(parseDuration <duration>)", "(first (query <one>)).Value",
    ),
    "float": (
        "0.0", "1.5", "-1.5", "1e21", "1e-7", "0.00012", "1234567.891", "0.5", "1e400", "1023.9", "999.95",
        "1e6",
        "0x1p-2", "1e20", "3599.99", "86400.0", "-0.0", "2.0", "1e308", "0.1", "1_0.5",
    ),
    "int": ("0", "1", "-2", "0x1F", "017", "1_000", "9223372036854775807", "-9223372036854775808", "42",
            "0b11",
            "(len <string>)", "(len <list>)", "0o17", "9223372036854775808", "1000"),
    "string": (
        "$labels.job", "$labels.instance", ".Labels.instance", "$labels.nope", "$externalLabels.cluster",
        "$externalURL", ".ExternalURL", '"a b&c<d>"', "`raw \\d`", '"é\\n\\x41\\u00e9"', '""', '"12.5"',
        '"x:1"',
        '"2.5e3"', '"NaN"', "(index $labels <name>)", "(print <value> <value>)", "(title $labels.job)",
        "(label <name> (query <one> | first))", "(<string> | <of_string>)", '"Inf"', '"1_000"', '"0x1F"',
        '" 1"',
        '"日本 ß"',
    ),
    "name": ('"job"', '"instance"', '"nope"', '"__name__"', '""'),
    "list": (
        "query <one>", "(query <one>)", 'query "nothing"', '(query "sort(x)")', '(query "sort_desc(x > 1)")',
        '(query "x" | sortByLabel "instance")', '(sortByLabel "instance" (query "x"))',
        '(query "count by (job) (x) > 9")',
        '(query "x{nope!=\\"\\"}")',
    ),
    "one": (
        '"count(x)"', "`max(x)`", '"sum(y)"', '"vector(1.5)"', '"y"', '`y{job="api"}`', '"scalar(y)"',
        '"time()"',
        '"y offset 1m"', '"-y"', '"count by (job) (y)"',
    ),
    "called": (
        "humanize <value>", "humanize1024 <value>", "humanizeDuration <value>", "humanizePercentage <value>",
        "humanizeTimestamp <value>", "toTime <value>", "parseDuration <string>", "title <string>",
        "toUpper <string>",
        "toLower <string>", "stripPort <address>", "stripDomain <address>", "graphLink <string>",
        "tableLink <string>",
        "match <pattern> <string>", "reReplaceAll <pattern> <template> <string>",
        "reReplaceAll <pattern> <template> <string>",
        "safeHtml <string>", "html <value>", "js <value>", "urlquery <value>", "print <value> <value>",
        "println <value>",
        "len <string>", "len $labels", "index $labels <name>", "index $labels.job <int>",
        "slice <string> 0 1",
        "slice <string> 1", "slice <string> <int> <int>", "not <value>", "and <value> <value>",
        "or <value> <value>",
        "args <value> <value>", "(args <value> <value>).arg1", "(args <value>).arg7",
        "strvalue (query <one> | first)",
        "label <name> (query <one> | first)", "query <one> | first | value", "query <one> | len",
        "(query <one> | first).Labels.job", "<condition>", "pathPrefix", "externalURL",
        "index (args <value>) <name>",
        "html <string> <string>", "print", "println", "and <value>", "or <value>",
        "eq <value> <value> <value>",
        "index $labels", "len <value>", "index <value> <int>",
    ),
    "address": ('"host:9090"', '"[::1]:80"', '"::1"', '"a.b.c:80"', '"10.0.0.1:1"', '"a.b"', '"x:y:z"',
            "<string>",
                '"[fe80::1%eth0]:9"', '"[a.b]:1"', '":80"', '"a.b."'),
    "pattern": ('"(a+)(b?)"', '"["', '".*"', '"^(.)(.*)$"', '"[[:alpha:]]+"', '"(?P<n>p)"', '"\\\\d"',
            '"(?i)A"', '""',
                '"x|y*"', '"(?s)."', '"\\\\pL"'),
    "template": ('"$1-$2"', '"${1}x"', '"$1x"', '"$$"', '"$n"', '"${n}"', '""', '"\\\\1"', '"$"', '"${"',
            '"$0$9"'),
    "duration": ('"1h30m"', '"5m"', '"1d"', '"1y2w"', '"90s"', '"10ms"', '"1x"', '""', '"0"', '"5"',
            '"1h1h"', '"-5m"'),
    "of_number": (
        "humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime",
        'printf "%.2f"', 'printf "%v"', "print", "html", "urlquery", "not", "humanize | title", "len",
        'printf "%s"', "printf `%d`", "humanizeDuration | reReplaceAll `s` `sec`",
    ),
    "of_string": (
        "title", "toUpper", "toLower", "stripPort", "stripDomain", "reReplaceAll `[:.]` `_`", "match `a`",
        "len",
        "urlquery", "html", "js", 'printf "%q"', 'printf "%-8s|"', 'printf "%x"', "safeHtml", "graphLink",
        "tableLink", "parseDuration", "humanize", "humanizeDuration", "humanizePercentage", "print",
        "println",
        'printf "%.1s"', "reReplaceAll `(.)` `$1$1`", "humanize1024", "humanizeTimestamp", "toTime",
        "eq `api`",
    ),
    "printed": (
        *[f'printf "%{flags}{verb}" <value>' for verb in _VERBS for flags in _FLAGS],
        *['printf "%v %v" <value> <value>'] * 20,
        *['printf "%*d|" <int> <int>'] * 10,
        *['printf "%d %s"'] * 5,
        *['printf "%[2]v %[1]v" <value> <value>'] * 10,
        *['printf "%[3]v" <value>'] * 5,
        *['printf "%d%%" <int>'] * 10,
        *['printf "x" <value>'] * 5,
        *['printf "%" <value>'] * 3,
        *['printf "%z" <value>'] * 5,
        *["printf <string> <value>"] * 5,
        *['printf "%6.2f|%-6.1f|%+.0e" <number> <number> <number>'] * 10,
    ),
    # -- what fails while it runs ------------------------------------------------------------------
    "failing": (
        '{{ query "nothing" | first }}', '{{ query "bad(" }}', "{{ .Nope }}",
        "{{ $labels.job.nope }}", "{{ index $labels.job 99 }}", "{{ slice `abc` 2 1 }}", "{{ $value.nope }}",
        '{{ template "unknown" }}', "{{ lt 1 1.5 }}", "{{ lt `a` 1 }}", "{{ len 5 }}", "{{ first }}",
        "{{ title 1 }}",
        "{{ range $value }}x{{ end }}", "{{ range 5 }}x{{ end }}", '{{ reReplaceAll "[" "" "a" }}',
        "{{ nil }}",
        '{{ humanize "x" }}', "{{ parseDuration `x` }}", "{{ match `[` `a` }}", "{{ eq $labels $labels }}",
        "{{ eq 1 }}", "{{ humanize }}", "{{ humanize 1 2 }}", "{{ $labels | humanize }}", "{{ call $value }}",
        "{{ (query `nothing`).Foo }}", "{{ index 1 2 }}", "{{ printf }}", "{{ printf 1 }}", "{{ and }}",
        "{{ not }}",
        "{{ .Labels.job.x.y }}", "{{ $externalLabels.a.b }}", "{{ value nil }}", "{{ toUpper nil }}",
        "{{ html nil }}",
        "{{ print nil }}", "{{ eq nil nil }}", "{{ .Labels 1 }}", "{{ .Value 1 }}", "{{ true.x }}",
        "{{ `a`.x }}", "{{ first (query `y`) 1 }}", "{{ label 1 2 }}", "{{ slice $labels 1 }}",
        "{{ slice `é` 1 }}", "{{ index $labels 1 }}", "{{ len nil }}", "{{ 1 | 2 }}",
        "{{ humanizeTimestamp 1e300 }}",
        "{{ toTime 1e300 }}", "{{ break }}",
    ),
    # -- what is no template -----------------------------------------------------------------------
    "faulty": (
        "{{", "{{ }}", "{{ nope }}", "{{ end }}", "{{ if }}x{{ end }}", "{{ if true }}x", "{{ else }}",
        "{{ $x }}",
        "{{ $x = 1 }}", "{{ 'ab' }}", '{{ "a }}', "{{ `a }}", "{{ 1x }}", "{{ (1 }}", "{{ 1) }}", "{{ | 1 }}",
        "{{ 1 | }}", "{{ range $a, $b, $c := $labels }}{{ end }}", "{{ template x }}",
        "{{ define }}{{ end }}",
        '{{ define "a" }}x', "{{ /* c */ }}", "{{/* c }}", "{{ break }}", "{{ .a. }}", "{{ ..a }}",
        "{{ $ x }}",
        "{{ tmpl `x` }}", "{{ now }}", "{{ toDuration 1 }}", "{{ urlQueryEscape `a` }}",
        "{{ with }}{{ end }}",
        "{{ else if true }}", "{{ if true }}{{ else }}{{ else }}{{ end }}", "{{ -}}", "{{ #}}", "{{ a b }}",
        "{{ $x := }}", "{{ $x, $y := 1 }}", "{{ block `b` }}x", "{{ 1 := 2 }}", "{{ \\ }}", "{{ ! }}",
        "{{ with $labels }}{{ else with 1 }}{{ end }}", "{{ continue }}", "{{ 1.2.3 }}", "{{ 0x }}",
        "{{ 1e }}",
        "{{ '' }}", '{{ "\\q" }}', "{{ '\\q' }}", "{{ .1a }}", "{{ nil | print }}", "{{ 08 }}",
        "{{ true false }}",
    ),
}  # fmt: skip
_LEAVES = {
    "text": "literal", "piece": "literal", "value": "string_leaf", "number": "float", "string": "string_leaf",
    "int": "int_leaf", "condition": "bool_leaf", "list": "list_leaf", "bool": "bool_leaf",
}  # fmt: skip
TABLES |= {
    "string_leaf": ("$labels.job", "$labels.instance", '"a.b"', '"x"', "$labels.nope", '"12"'),
    "int_leaf": ("0", "1", "-2", "3"),
    "bool_leaf": ("true", "false"),
    "list_leaf": ('(query "sort(x)")', "(query `y`)", "(query `nothing`)"),
}


def template(random: Random, seen: Counter[str], depth: int = 4) -> str:
    """A text that may be a template; some are none, and some fail where they run."""
    return draw(TABLES, _LEAVES, "text", random, seen, depth)
