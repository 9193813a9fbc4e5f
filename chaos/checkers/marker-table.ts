/** States that a campaign should reach now and then ("sometimes", X4), each in a sentence. */
export const MARKERS: Readonly<Record<string, string>> = {};
