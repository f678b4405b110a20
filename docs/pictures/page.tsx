// Draws a dashboard with Grafana's own components from its JSON and recorded query results, without a Grafana.
import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  ArrayDataFrame, DataFrame, FieldColorModeId, FieldType, GrafanaTheme2, ThemeContext, applyFieldOverrides, createTheme,
  dateTime, fieldColorModeRegistry, getDisplayProcessor, getDisplayValueAlignmentFactors, getFieldDisplayName, standardFieldConfigEditorRegistry, toDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode, GlobalStyles,
  PanelChrome, Table, TimeSeries, VizRepeater } from '@grafana/ui';
import { BarGaugeDisplayMode, LegendDisplayMode, VizOrientation } from '@grafana/schema';

const { dashboard, results, range, width } = (window as any).PICTURE;
const theme: GrafanaTheme2 = createTheme({ colors: { mode: (window as any).PICTURE.mode } });
const CELL = 38, GAP = 8;

function overrides(panel: any, name: string, refId: string): any {
  const config = structuredClone(panel.fieldConfig?.defaults ?? {});
  for (const one of panel.fieldConfig?.overrides ?? []) {
    const hit = one.matcher.id === 'byName' ? one.matcher.options === name
      : one.matcher.id === 'byFrameRefID' ? one.matcher.options === refId
      : one.matcher.id === 'byRegexp' ? new RegExp(one.matcher.options.replace(/^\/|\/$/g, '')).test(name) : false;
    if (!hit) continue;
    for (const { id, value } of one.properties) {
      if (id.startsWith('custom.')) { config.custom = { ...config.custom, [id.slice(7)]: value }; } else { config[id] = value; }
    }
  }
  return config;
}

function span(values: any[]): any {
  const known = values.map(Number).filter((v) => Number.isFinite(v));
  const min = Math.min(0, ...known), max = Math.max(...known);
  return { min, max, delta: max - min };
}

function frames(panel: any): DataFrame[] {
  let series = 0;
  return (results[panel.id] ?? []).flatMap((query: any) => query.series.map((one: any) => {
    const config = overrides(panel, one.name, query.refId);
    const frame = toDataFrame({ refId: query.refId, name: one.name, fields: [
      { name: 'Time', type: FieldType.time, values: one.values.map((v: any) => v[0] * 1000) },
      { name: 'Value', type: FieldType.number, values: one.values.map((v: any) => (v[1] === null ? null : Number(v[1]))), labels: one.labels,
        config: { ...config, displayName: config.displayName ?? one.name, custom: { lineWidth: 1, fillOpacity: 10, drawStyle: 'line', axisPlacement: 'auto', ...config.custom } },
      },
    ] });
    frame.fields[1].state = { seriesIndex: series++, range: span(frame.fields[1].values) };
    for (const field of frame.fields) { field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' }); }
    return frame;
  }));
}

function Series({ panel, w, h }: any) {
  const data = frames(panel);
  const legend = panel.options?.legend ?? {};
  return (
    <TimeSeries frames={data} width={w} height={h} timeZone="utc"
      timeRange={{ from: dateTime(range.from * 1000), to: dateTime(range.to * 1000), raw: { from: dateTime(range.from * 1000), to: dateTime(range.to * 1000) } }}
      structureRev={1}
      legend={{ showLegend: legend.showLegend ?? true, displayMode: legend.displayMode ?? LegendDisplayMode.List, placement: legend.placement ?? 'bottom', calcs: legend.calcs ?? [] }} >
      {() => null as any}
    </TimeSeries>
  );
}

function last(frame: DataFrame) {
  const field = frame.fields[1];
  const values = field.values.filter((v: any) => v !== null);
  const display = field.display!(values[values.length - 1]);
  return { ...display, title: frame.name };
}

// Stat and bar gauge lay their values out as the panels of Grafana do: a repeater, with sizes aligned over all values.
function Repeated({ panel, w, h, spacing, draw, sizes }: any) {
  const data = frames(panel);
  return (
    <VizRepeater source={data} width={w} height={h} itemSpacing={spacing} renderCounter={0} autoGrid={panel.type === 'stat'}
      orientation={panel.options?.orientation ?? VizOrientation.Auto} {...sizes}
      getValues={() => data.map((frame) => ({ frame, display: last(frame) }))}
      getAlignmentFactors={(all: any[]) => getDisplayValueAlignmentFactors(all)}
      renderValue={(one: any) => draw(one, data)} />
  );
}

function Stat(props: any) {
  const { panel } = props;
  const options = panel.options ?? {};
  return <Repeated {...props} spacing={3} draw={({ value, width, height, alignmentFactors, count }: any) => (
    <BigValue theme={theme as any} width={width} height={height} value={value.display} count={count} alignmentFactors={alignmentFactors}
      colorMode={options.colorMode ?? BigValueColorMode.Value} graphMode={options.graphMode ?? BigValueGraphMode.Area}
      justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto} textMode={options.textMode ?? BigValueTextMode.Auto}
      text={options.text} disableWideLayout={!options.wideLayout}
      sparkline={options.graphMode === 'none' ? undefined : { y: value.frame.fields[1], x: value.frame.fields[0] } as any} />
  )} />;
}

function Bars(props: any) {
  const { panel } = props;
  const options = panel.options ?? {};
  const sizes = { minVizWidth: options.minVizWidth, minVizHeight: options.minVizHeight, maxVizHeight: options.maxVizHeight };
  return <Repeated {...props} spacing={10} sizes={sizes} draw={({ value, width, height, alignmentFactors, orientation }: any, data: DataFrame[]) => {
    const config = value.frame.fields[1].config;
    const max = config.max ?? Math.max(...data.map((frame) => Number(last(frame).numeric)));
    return <BarGauge theme={theme as any} width={width} height={height} value={value.display} alignmentFactors={alignmentFactors}
      field={{ ...config, min: config.min ?? 0, max } as any} display={value.frame.fields[1].display} orientation={orientation}
      displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient} valueDisplayMode={options.valueMode} text={options.text}
      showUnfilled={options.showUnfilled} itemSpacing={10} lcdCellWidth={8} />;
  }} />;
}

function Rows({ panel, w, h }: any) {
  const all = (results[panel.id] ?? []).flatMap((q: any) => q.series.map((s: any) => ({ refId: q.refId, ...s })));
  const refs = [...new Set(all.map((s: any) => s.refId))] as string[];
  const names = [...new Set(all.flatMap((s: any) => Object.keys(s.labels)))].filter((n) => n !== '__name__') as string[];
  const rows = new Map<string, any>();
  for (const one of all) {
    const key = names.map((n) => one.labels[n] ?? '').join('\u0000');
    const row = rows.get(key) ?? Object.fromEntries(names.map((n) => [n, one.labels[n] ?? '']));
    row[one.refId] = Number(one.values[one.values.length - 1]?.[1]);
    rows.set(key, row);
  }
  const list = [...rows.values()];
  const frame = toDataFrame({ fields: [
    ...names.map((n) => ({ name: n, type: FieldType.string, values: list.map((r) => r[n]), config: { displayName: overrides(panel, n, '').displayName ?? n } })),
    ...refs.map((r) => ({ name: `Value #${r}`, type: FieldType.number, values: list.map((row) => row[r] ?? null),
      config: { ...overrides(panel, refs.length > 1 ? `Value #${r}` : 'Value', r) } })),
  ] });
  for (const field of frame.fields) {
    if (field.type === FieldType.number) { field.state = { range: span(field.values) }; }
    field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
  }
  return <Table data={frame} width={w} height={h} />;
}

const KINDS: Record<string, any> = { timeseries: Series, stat: Stat, gauge: Stat, bargauge: Bars, table: Rows };

function Words({ panel }: any) { return <div style={{ padding: 8, color: theme.colors.text.secondary }}>{panel.options?.content ?? `(${panel.type})`}</div>; }

function Panel({ panel }: any) {
  const unit = (width - GAP) / 24;
  const { x, y, w, h } = panel.gridPos;
  const box = { position: 'absolute' as const, left: x * unit + GAP, top: y * CELL + GAP, width: w * unit - GAP, height: h * CELL - GAP };
  if (panel.type === 'row') { return <div style={{ ...box, fontWeight: 500, fontSize: 16, color: theme.colors.text.primary, paddingTop: 4 }}>▾ {panel.title}</div>; }
  const Body = KINDS[panel.type] ?? Words;
  const empty = Body !== Words && !(results[panel.id] ?? []).some((q: any) => q.series.length);
  return (
    <div style={box}>
      <PanelChrome width={box.width} height={box.height} title={panel.title} description={panel.description}>
        {(iw: number, ih: number) => empty ? <div style={{ color: theme.colors.text.secondary, textAlign: 'center', paddingTop: ih / 2 - 10 }} data-empty={panel.title}>No data</div>
          : <Body panel={panel} w={iw} h={ih} />}
      </PanelChrome>
    </div>
  );
}

const panels = dashboard.panels.flatMap((p: any) => [p, ...(p.panels ?? [])]);
const bottom = Math.max(...panels.map((p: any) => p.gridPos.y + p.gridPos.h)) * CELL + GAP;
createRoot(document.getElementById('root')!).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ background: theme.colors.background.canvas, width, minHeight: bottom + 56 }}>
      <div style={{ padding: '14px 16px 0', fontSize: 20, fontWeight: 500, color: theme.colors.text.primary }}>{dashboard.title}</div>
      <div style={{ position: 'relative', marginTop: 4, height: bottom }}>{panels.map((p: any) => <Panel key={p.id} panel={p} />)}</div>
    </div>
  </ThemeContext.Provider>,
);
