/**
 * Metrics in Prometheus' text format 0.0.4: one HELP and one TYPE line for each name, then its samples.
 */
import type { MetricSample } from './admin-view.ts';

/** Content type of the text. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function sampleLine({ name, labels, value }: MetricSample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${valueText(value)}`;
}

/** The page of all samples; those of one name stand together, in the order in which names first come. */
export function prometheusText(samples: readonly MetricSample[]): string {
  const byName = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const same = byName.get(sample.name);
    if (same === undefined) byName.set(sample.name, [sample]);
    else same.push(sample);
  }
  const lines: string[] = [];
  for (const [name, same] of byName) {
    const [first] = same;
    if (first === undefined) continue;
    const help = first.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${first.type}`, ...same.map(sampleLine));
  }
  return `${lines.join('\n')}\n`;
}
