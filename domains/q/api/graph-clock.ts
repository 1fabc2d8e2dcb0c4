// When a graph's operations happen, in logical cycles: as soon as their qubits are free and the events they hang on are read. Owns when each live
// qubit is free, and so how long it waits; what waiting does to it is for graph-noise.ts to say.
//   T1  A qubit is allocated when the operations before it are over; from then on it is there, and waits until something is done on it.
//   T2  A fence lets every live qubit wait for the latest operation before it.
//   T3  COND_PAULI moves a Pauli frame: it neither waits nor takes time.

export class GraphClock {
  readonly #free = new Map<string, number>();
  readonly #read = new Map<string, number>();
  /** When the latest operation so far is over; allocations are none. */
  #over = 0;

  allocate(vq: string, cycles: number): void {
    this.#free.set(vq, this.#over + cycles);
  }

  release(vq: string): void {
    this.#free.delete(vq);
  }

  /** Begins an operation of so many cycles that hangs on events and produces others. Gives the cycles each of its qubits has waited for it. */
  operation(vqs: readonly string[], cycles: number, after: readonly string[], produces: readonly string[]): readonly number[] {
    const free = vqs.map((vq) => this.#free.get(vq) ?? 0);
    const start = Math.max(0, ...free, ...after.map((event) => this.#read.get(event) ?? 0));
    for (const vq of vqs) this.#free.set(vq, start + cycles);
    for (const event of produces) this.#read.set(event, start + cycles);
    this.#over = Math.max(this.#over, start + cycles);
    return free.map((since) => start - since);
  }

  /** By live qubit, the cycles it waits at a fence (T2). */
  fence(): ReadonlyMap<string, number> {
    const waits = new Map<string, number>();
    for (const [vq, since] of this.#free) {
      waits.set(vq, Math.max(0, this.#over - since));
      this.#free.set(vq, Math.max(since, this.#over));
    }
    return waits;
  }
}
