/**
 * Clients of other languages, found on this machine or fetched once: not part of `npm test`. What is missing fails with
 * the command that brings it; nothing is skipped in silence.
 *
 *   kcat               on the PATH
 *   Java               java and mvn on the PATH; jars are fetched to ~/.cache/flotilla-interop, or INTEROP_KAFKA_LIB names them
 *   librdkafka         INTEROP_PYTHON, else python3, with the package confluent-kafka
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface ToolResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end, killed after `milliseconds`. */
export function runTool(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly milliseconds?: number } = {},
): Promise<ToolResult> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), options.milliseconds ?? 60_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

function answers(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

export function needKcat(): string {
  if (!answers('kcat', '-V')) throw new Error('kcat is missing: apt-get install kcat, or brew install kcat');
  return 'kcat';
}

export function needLibrdkafka(): string {
  const python = process.env['INTEROP_PYTHON'] ?? 'python3';
  if (!answers(python, '-c', 'import confluent_kafka')) {
    throw new Error(
      `${python} has no confluent_kafka: pip install confluent-kafka, or name a Python that has it in INTEROP_PYTHON`,
    );
  }
  return python;
}

const KAFKA_VERSION = '4.3.1';
const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>interop</groupId><artifactId>kafka-tools</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
    ${dependency('org.apache.kafka', 'kafka-tools', KAFKA_VERSION)}
  </dependencies>
</project>
`;

/** Class path of Kafka's own tools; fetched from Maven Central the first time. */
export function needKafkaTools(): string {
  if (!answers('java', '-version')) throw new Error('java is missing: apt-get install openjdk-17-jre-headless');
  const named = process.env['INTEROP_KAFKA_LIB'];
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`INTEROP_KAFKA_LIB names ${named}, which does not exist`);
    return join(named, '*');
  }
  const home = join(homedir(), '.cache/flotilla-interop', `kafka-${KAFKA_VERSION}`);
  const lib = join(home, 'lib');
  if (!existsSync(lib) || !readdirSync(lib).some((name) => name.startsWith('kafka-tools'))) {
    if (!answers('mvn', '-version'))
      throw new Error(
        'mvn is missing, and so are the jars: apt-get install maven, or name a folder of Kafka’s jars in INTEROP_KAFKA_LIB',
      );
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'pom.xml'), POM);
    const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    const fetched = spawnSync(
      'mvn',
      ['-B', '-q', '-f', join(home, 'pom.xml'), plugin, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'],
      { encoding: 'utf8' },
    );
    if (fetched.status !== 0) throw new Error(`Kafka’s jars cannot be fetched: ${fetched.stdout}${fetched.stderr}`);
  }
  return join(lib, '*');
}

/** Runs one of Kafka's tools by its class. */
export function runKafkaTool(
  classPath: string,
  tool: string,
  args: readonly string[],
  options: { readonly input?: string; readonly milliseconds?: number } = {},
): Promise<ToolResult> {
  const java = [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.awt.headless=true',
    '-cp',
    classPath,
    tool,
  ];
  return runTool('java', [...java, ...args], { milliseconds: 120_000, ...options });
}
