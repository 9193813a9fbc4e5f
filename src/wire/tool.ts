/**
 * `flotilla wire decode | encode`: JSON lines in, JSON lines out, for people who debug clients.
 *
 *   {"api":"Fetch","type":"request","version":12,"hex":"…"}  ─decode▶  the same with "json" (and "unknownTags")
 *   {"api":"Fetch","type":"request","version":12,"json":{…}} ─encode▶  the same with "hex"
 *
 * `type` is request, response, header or data. int64 keeps all its digits, unknown tagged fields are kept, other
 * members of a line are passed on. A bad line is answered with `{"error":…,"line":n}`; the next one is read as ever.
 */
import { Buffer } from 'node:buffer';
import { WireCodec } from './codec.ts';
import { isFlexible } from './codec.ts';
import { parseExactJson, printExactJson } from './exact-json.ts';
import { responseHeaderVersion } from './frame.ts';
import { placeTags, structFromJson, structToJson } from './message-json.ts';
import type { PlacedTag } from './message-json.ts';
import { planStruct } from './plan.ts';
import type { StructPlan } from './plan.ts';
import { ALL_APIS } from './schema/all.ts';
import { ALL_DATA, ALL_HEADERS } from './schema/all-data.ts';
import type { Fields } from './schema/field.ts';
import { WireError } from './wire-error.ts';
import { Writer } from './writer.ts';

/** A message that a line names. */
interface Target {
  readonly name: string;
  readonly type: 'request' | 'response' | 'header' | 'data';
  readonly versions: readonly [low: number, high: number];
  readonly flexible: number | null;
  readonly fields: Fields;
  /** Members that the answer adds about the message. */
  readonly facts: (version: number) => Readonly<Record<string, unknown>>;
}

type Line = Readonly<Record<string, unknown>>;

/** A line that names no message; the text is the answer. */
class BadLine extends Error {
  override readonly name = 'BadLine';
}

const HEX = /^(?:[0-9a-f]{2})*$/i;

/** All messages by `type name`. */
function allTargets(): ReadonlyMap<string, Target> {
  const targets: Target[] = [];
  for (const api of ALL_APIS) {
    const { key, name, versions, flexible } = api;
    const facts = (headerVersion: (version: number) => number) => (version: number) => ({
      key,
      flexible: isFlexible(api, version),
      headerVersion: headerVersion(version),
    });
    const requestHeader = facts((version) => (isFlexible(api, version) ? 2 : 1));
    targets.push({ name, type: 'request', versions, flexible, fields: api.request, facts: requestHeader });
    const responseHeader = facts((version) => responseHeaderVersion(api, version));
    targets.push({ name, type: 'response', versions, flexible, fields: api.response, facts: responseHeader });
  }
  const facts = (data: { readonly flexible: number | null }) => (version: number) => ({
    flexible: isFlexible(data, version),
  });
  for (const data of ALL_HEADERS) targets.push({ ...data, type: 'header', facts: facts(data) });
  for (const data of ALL_DATA) targets.push({ ...data, type: 'data', facts: facts(data) });
  return new Map(targets.map((target) => [`${target.type} ${target.name}`, target]));
}

export class WireTool {
  private readonly codec = new WireCodec({ int64: 'exact', keepUnknownTags: true });
  private readonly targets = allTargets();

  /** Answers one line of bytes with its meaning. `number`: of the line, from 1, for complaints. */
  decodeLine(text: string, number: number): string {
    return this.answer(text, number, (line, target, version) => {
      const { hex } = line;
      if (typeof hex !== 'string' || !HEX.test(hex)) throw new BadLine('`hex` wants bytes in hexadecimal');
      const value = this.codec.decode(target, target.fields, version, Buffer.from(hex, 'hex'), 0);
      const tags: PlacedTag[] = [];
      const json = structToJson(this.plan(target, version), value as Record<string, unknown>, '', tags);
      return { json, unknownTags: tags.length === 0 ? undefined : tags, hex };
    });
  }

  /** Answers one line of meaning with its bytes. */
  encodeLine(text: string, number: number): string {
    return this.answer(text, number, (line, target, version) => {
      const { json, unknownTags } = line;
      if (json === undefined) throw new BadLine('`json` is missing');
      const message = structFromJson(this.plan(target, version), json);
      if (unknownTags !== undefined) {
        if (!isFlexible(target, version)) throw new BadLine(`${target.name} v${version} has no tagged fields`);
        placeTags(message, unknownTags);
      }
      const parts = this.codec.encode(target, target.fields, version, message, new Writer()).finish();
      return { json, unknownTags, hex: Buffer.concat(parts).toString('hex') };
    });
  }

  private plan(target: Target, version: number): StructPlan {
    const [low, high] = target.versions;
    if (version < low || version > high)
      throw new WireError('version', `versions ${low} to ${high} are known`).of(target.name, version);
    return planStruct(target.fields, version, isFlexible(target, version), 'exact');
  }

  private answer(text: string, number: number, work: (line: Line, target: Target, version: number) => Line): string {
    try {
      const line = readLine(text);
      const { target, version } = this.find(line);
      const facts = target.facts(version);
      return printExactJson({
        ...without(line),
        api: target.name,
        type: target.type,
        version,
        ...facts,
        ...work(line, target, version),
      });
    } catch (error) {
      if (error instanceof WireError)
        return complaint(error.api === '' ? `${error.path}: ${error.detail}` : error.message, number);
      if (error instanceof BadLine) return complaint(error.message, number);
      throw error;
    }
  }

  private find(line: Line): { readonly target: Target; readonly version: number } {
    const { api, type, version } = line;
    const target = this.targets.get(`${String(type)} ${String(api)}`);
    if (target === undefined)
      throw new BadLine(`no message ${printExactJson(api ?? null)} of type ${printExactJson(type ?? null)}`);
    if (typeof version !== 'number' || !Number.isInteger(version)) throw new BadLine('`version` wants a whole number');
    return { target, version };
  }
}

function complaint(error: string, line: number): string {
  return JSON.stringify({ error, line });
}

/** The members that the tool passes on. */
function without(line: Line): Line {
  const { json: _json, hex: _hex, unknownTags: _unknownTags, ...rest } = line;
  return rest;
}

function readLine(text: string): Line {
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadLine(`not JSON: ${error.message}`, { cause: error });
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadLine('a line wants a JSON object');
  return value as Line;
}
