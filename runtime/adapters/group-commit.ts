// Group commit: one act for everybody who asks for it in the same turn of the event loop. Owns who waits for it; what it does is its caller's.
//   F16 Whoever asks is answered by an act that began after he asked. Who asks while nobody waits begins a new one, also after one that failed.

/** The act as a promise: of all who ask in one turn it is done once, at the turn's end, and tells each of them what it threw. */
export function groupCommit(act: () => void): () => Promise<void> {
  let group: Promise<void> | undefined;
  const acted = (resolve: () => void, reject: (cause: Error) => void): void => {
    group = undefined;
    try {
      act();
      resolve();
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return () => (group ??= new Promise((resolve, reject) => { setImmediate(acted, resolve, reject); }));
}
