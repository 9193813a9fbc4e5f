/**
 * The stock clients: how each is fetched, once, and how its driver is run.
 *
 * A driver takes `BOOTSTRAP PREFIX [BEHAVIOUR …]` and prints one line of JSON for each behaviour that it can do, all of them when none is
 * named: `{"behaviour":"acks","outcome":…}`. Names of topics and groups begin with PREFIX, so that one cluster can be used many times.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Client {
  readonly name: string;
  /** For the table. */
  readonly language: string;
  /** What is pinned: package and version. */
  readonly version: string;
  /** Fetches what is missing, and answers the command that begins every run; throws with the command that the user must run. */
  readonly prepare: () => readonly string[];
}

const root = process.cwd();
const cache = join(homedir(), '.cache', 'flotilla-interop');
const driver = (name: string): string => join(root, 'interop', 'drivers', name);

function succeed(what: string, command: string, ...args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `${what}: ${command} ${args.join(' ')} ${error === undefined ? `ended with ${status}\n${stdout}${stderr}` : String(error)}`,
  );
}

/** Does `make` once; what it was made from is its name. */
function once(name: string, make: () => void): void {
  const done = join(cache, `${name}.done`);
  if (existsSync(done)) return;
  mkdirSync(cache, { recursive: true });
  make();
  writeFileSync(done, '');
}

function python(name: string, thing: string, file: string): Client {
  return {
    name,
    language: 'Python',
    version: thing.replace('==', ' '),
    prepare: () => {
      const home = join(cache, 'python');
      once('python', () =>
        succeed('a Python environment cannot be made (apt-get install python3-venv)', 'python3', '-m', 'venv', home),
      );
      once(thing.replaceAll('==', '-'), () =>
        succeed(`${thing} cannot be installed`, join(home, 'bin/pip'), '-q', 'install', thing),
      );
      return [join(home, 'bin/python'), driver(file)];
    },
  };
}

function go(name: string, version: string): Client {
  return {
    name,
    language: 'Go',
    version,
    prepare: () => {
      const home = join(cache, 'go');
      mkdirSync(home, { recursive: true });
      cpSync(driver('go'), home, { recursive: true });
      succeed(
        `the driver of ${name} cannot be built (Go ≥ 1.26 from go.dev)`,
        'go',
        '-C',
        home,
        'build',
        '-o',
        join('bin', name),
        `./${name}`,
      );
      return [join(home, 'bin', name)];
    },
  };
}

/** The jars of Kafka's clients, Streams and tools, fetched once; a class path. */
function jarsOf(name: string, version: string): string {
  const home = join(cache, name);
  mkdirSync(home, { recursive: true });
  cpSync(driver('java'), home, { recursive: true });
  once(`kafka-clients-${version}`, () =>
    succeed(
      'jars of Kafka cannot be fetched (apt-get install openjdk-17-jdk-headless maven)',
      'mvn',
      '-B',
      '-q',
      '-f',
      join(home, 'pom.xml'),
      `-Dkafka.version=${version}`,
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      `-DoutputDirectory=${join(home, 'lib')}`,
      '-DincludeScope=runtime',
    ),
  );
  return join(home, 'lib', '*');
}

/** Compiles a program of `drivers/java`; the command that runs it, but for its arguments. */
function javaProgram(name: string, version: string, program: string, compileJars: string | null = null): string[] {
  const home = join(cache, name);
  const jars = jarsOf(name, version);
  const classes = join(home, 'classes');
  const source = join(home, `${program}.java`);
  succeed(`${program}.java cannot be compiled`, 'javac', '-d', classes, '-cp', compileJars ?? jars, source);
  return ['java', '-Xmx256m', '-XX:+UseSerialGC', '-cp', `${classes}:${jars}`, program];
}

const NEWEST_JAVA = ['java', '4.3.1'] as const;

/** Another program with the newest client of Kafka. */
export function newestJavaProgram(program: string): readonly string[] {
  return javaProgram(...NEWEST_JAVA, program);
}

/**
 * Compiled with the newest client, so that there is one driver; behaviours that call what an older one lacks are absent
 * from its column.
 */
function java(name: string, version: string): Client {
  return {
    name,
    language: 'Java',
    version: `kafka-clients ${version}`,
    prepare: () => {
      const [program = '', ...args] = javaProgram(name, version, 'Driver', jarsOf(...NEWEST_JAVA));
      // It lives for a minute: compiling well is not worth its time.
      return [program, '-XX:TieredStopAtLevel=1', ...args];
    },
  };
}

/** Its version is the one of package.json. */
function npm(name: string, file: string): Client {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  return {
    name,
    language: 'JavaScript',
    version: `${name} ${devDependencies[name]}`,
    prepare: () => [process.execPath, driver(file)],
  };
}

/** The one of the distribution, driven by a script. */
const kcat: Client = {
  name: 'kcat',
  language: 'C',
  version: 'kcat 1.7.1, librdkafka 2.0.2',
  prepare: () => {
    succeed('kcat is missing (apt-get install kcat)', 'kcat', '-V');
    return [process.execPath, driver('kcat.mjs')];
  },
};

export const CLIENTS: readonly Client[] = [
  npm('kafkajs', 'kafkajs.mjs'),
  npm('@platformatic/kafka', 'platformatic.mjs'),
  kcat,
  python('librdkafka', 'confluent-kafka==2.16.1', 'confluent.py'),
  python('kafka-python', 'kafka-python==3.0.12', 'kafka_python.py'),
  python('aiokafka', 'aiokafka==0.14.0', 'aiokafka_driver.py'),
  go('franz-go', 'franz-go 1.22.2'),
  go('sarama', 'sarama 1.61.1'),
  java(...NEWEST_JAVA),
  java('java-3.9', '3.9.1'),
];
