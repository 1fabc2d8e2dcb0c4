// The standard library, by the path an .include names.
export const LIBRARY: ReadonlyMap<string, string> = new Map([]);
