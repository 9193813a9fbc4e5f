/**
 * What the drivers in JavaScript share: a behaviour is a function of (brokers, prefix); its value, or the name of its
 * error, is the outcome.
 */
export async function main(behaviours, errorName) {
  const [bootstrap, prefix, ...wanted] = process.argv.slice(2);
  for (const [name, behave] of Object.entries(behaviours)) {
    const behaviour = behaviourOf(name);
    if (wanted.length > 0 && !wanted.includes(behaviour)) continue;
    let outcome;
    try {
      outcome = await behave(bootstrap.split(','), `${prefix}-${behaviour}`);
    } catch (error) {
      // What the cluster refused is an outcome; anything else is a fault of the driver, or something that never came.
      console.error(error);
      const refused = errorName(error);
      outcome = refused === null ? { failed: String(error) } : { error: refused };
    }
    console.log(JSON.stringify({ behaviour, outcome }));
  }
  process.exit(0);
}

/** As behaviour.ts has it: `recordParts` is record-parts, `group848` group-848. */
const behaviourOf = (name) => name.replace(/[A-Z]|(?<!\d)\d+/g, (part) => `-${part.toLowerCase()}`);

/** Rejects when `holds` does not within the time. */
export async function until(what, holds, milliseconds = 30_000) {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** 'ok', or the name of the error. */
export async function told(errorName, promise) {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    const name = errorName(error);
    if (name === null) throw error;
    return name;
  }
}

/** Records of long ago stay in such a topic. */
export const FOR_EVER = { 'retention.ms': '-1' };
