/** The example files are what the README shows for three machines: they must be valid, and agree with each other. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nodeConfig, readSettings } from '../../src/config/index.ts';

const folder = resolve(import.meta.dirname, '../../examples');

describe('examples of node files', () => {
  it('are three nodes of one cluster', () => {
    const configs = [1, 2, 3].map((id) => {
      const name = `node${id}.yaml`;
      const read = readSettings({
        file: { name, content: parse(readFileSync(join(folder, name), 'utf8')) },
        environment: {},
        flags: [],
      });
      if (read.kind === 'invalid') throw new Error(read.problems.join('; '));
      const made = nodeConfig(read.settings);
      if (made.kind === 'invalid') throw new Error(made.problems.join('; '));
      return made.config;
    });
    expect(configs.map(({ node }) => node)).toEqual([1, 2, 3]);
    const [first] = configs;
    for (const { node, advertisedHost, peerPort, voters } of configs) {
      expect(voters).toEqual(first?.voters);
      expect(voters.find((voter) => voter.node === node)?.peer).toEqual({ host: advertisedHost, port: peerPort });
    }
  });
});
