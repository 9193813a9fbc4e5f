/** The schemas say what Kafka's own definitions say: every field, at every version. */
import { expect, test } from 'vitest';
import { planStruct } from '../../src/wire/plan.ts';
import type { FieldPlan, StructPlan } from '../../src/wire/plan.ts';
import { ALL_DATA, ALL_HEADERS } from '../../src/wire/schema/all-data.ts';
import { ALL_APIS } from '../../src/wire/schema/all.ts';
import type { Fields } from '../../src/wire/schema/field.ts';
import { fixtureLines } from './fixture.ts';

type Row = readonly [
  path: string,
  type: string,
  versions: readonly number[],
  nullable: readonly number[],
  tag: number | null,
  tagged: readonly number[],
  fallback: string | null,
  classic: boolean,
];
interface Definition {
  readonly type: 'request' | 'response' | 'header' | 'data';
  readonly name: string;
  readonly key: number | null;
  readonly versions: readonly [number, number];
  readonly flexible: number | null;
  readonly fields: readonly Row[];
}

const NO_DEFAULT: Readonly<Record<string, string>> = {
  bool: 'false',
  string: '',
  bytes: '',
  records: 'null',
  uuid: 'AAAAAAAAAAAAAAAAAAAAAA',
};

function expectedFallback([, type, , , , , fallback]: Row): string {
  if (fallback !== null) return fallback.startsWith('0x') ? String(Number(fallback)) : fallback;
  if (type.startsWith('[]')) return '';
  return type === 'struct' ? 'struct' : (NO_DEFAULT[type] ?? '0');
}

/** One line of text for each field that a definition has at `version`. */
function expectedFields(definition: Definition, version: number): readonly string[] {
  return definition.fields
    .filter(([, , versions]) => versions.includes(version))
    .map((row) => {
      const [path, type, , nullable, tag, tagged, , classic] = row;
      const shownTag = tagged.includes(version) ? tag : null;
      return [path, type, nullable.includes(version), shownTag, expectedFallback(row), classic].join(' ');
    });
}

function shownFallback(field: FieldPlan): string {
  if (field.fallback === null) return 'null';
  if (field.array || field.fallback instanceof Uint8Array) return '';
  return field.type.kind === 'struct' ? 'struct' : String(field.fallback);
}

function plannedFields(plan: StructPlan, prefix: string): readonly string[] {
  return [...plan.plain, ...plan.tagged].flatMap((field) => {
    const path = `${prefix}/${field.name}`;
    const type = `${field.array ? '[]' : ''}${field.type.kind === 'struct' ? 'struct' : field.type.scalar}`;
    const line = [path, type, field.nullable, field.tag, shownFallback(field), field.classic].join(' ');
    return [line, ...(field.type.kind === 'struct' ? plannedFields(field.type.struct, path) : [])];
  });
}

interface Ours {
  readonly key: number | null;
  readonly versions: readonly [number, number];
  readonly flexible: number | null;
  readonly fields: Fields;
}

function allOurs(): ReadonlyMap<string, Ours> {
  const requests = ALL_APIS.map((api) => [`request ${api.name}`, { ...api, fields: api.request }] as const);
  const responses = ALL_APIS.map((api) => [`response ${api.name}`, { ...api, fields: api.response }] as const);
  const headers = ALL_HEADERS.map((header) => [`header ${header.name}`, { ...header, key: null }] as const);
  const data = ALL_DATA.map((schema) => [`data ${schema.name}`, { ...schema, key: null }] as const);
  return new Map<string, Ours>([...requests, ...responses, ...headers, ...data]);
}

test('every definition has a schema with the same fields, types, nulls, tags and defaults at every version', () => {
  const ours = allOurs();
  const definitions = fixtureLines('definitions').map((line) => JSON.parse(line) as Definition);
  expect(definitions.map(({ type, name }) => `${type} ${name}`).toSorted()).toEqual([...ours.keys()].toSorted());
  for (const definition of definitions) {
    const name = `${definition.type} ${definition.name}`;
    const schema = ours.get(name);
    expect(schema, name).toMatchObject({
      key: definition.key,
      versions: definition.versions,
      flexible: definition.flexible,
    });
    if (schema === undefined) return;
    for (let version = definition.versions[0]; version <= definition.versions[1]; version += 1) {
      const flexible = definition.flexible !== null && version >= definition.flexible;
      const planned = plannedFields(planStruct(schema.fields, version, flexible, 'exact'), '');
      expect(planned.toSorted(), `${name} v${version}`).toEqual(expectedFields(definition, version).toSorted());
    }
  }
});
