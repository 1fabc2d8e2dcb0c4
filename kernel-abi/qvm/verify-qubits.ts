// The lives of VQ handles along the order of the nodes. Rules: undeclared, linearity, leak, never-allocated (handles.ts, H1 and H2).
import { quoted, type Findings } from "./findings.ts";
import type { Graph, GraphNode } from "./graph.ts";

interface Life {
  /** Undefined until allocated. */
  born: GraphNode | undefined;
  freed: GraphNode | undefined;
  /** Consume mode: the measurement or reset after which nothing may follow. */
  consumed: GraphNode | undefined;
  measured: boolean;
  /** Certainly |0⟩: nothing has been done to it. */
  fresh: boolean;
  tenant: string | undefined;
}

const unborn = (): Life => ({ born: undefined, freed: undefined, consumed: undefined, measured: false, fresh: false, tenant: undefined });

export class QubitLives {
  readonly #lives = new Map<string, Life>();
  readonly #declared: ReadonlySet<string>;
  readonly #consume: boolean;
  readonly #findings: Findings;
  constructor(declared: readonly string[], consume: boolean, findings: Findings) {
    this.#declared = new Set(declared);
    this.#consume = consume;
    this.#findings = findings;
    for (const name of declared) this.#lives.set(name, unborn());
  }

  get size(): number { return this.#lives.size; }

  tenantOf(name: string): string | undefined { return this.#lives.get(name)?.tenant; }

  /** What a node does to the lives of its qubits. */
  visit(node: GraphNode): void {
    for (const name of node.vqs) {
      if (node.op === "ALLOC_LQ") this.#allocate(name, this.#life(name, node), node);
      else this.use(name, node);
    }
  }

  /** A node acts on a qubit, whether it names it or not. */
  use(name: string, node: GraphNode): void { this.#use(name, this.#life(name, node), node); }

  #life(name: string, node: GraphNode): Life {
    if (!this.#declared.has(name)) this.#findings.error("undeclared", node.id, `The qubit ${quoted(name)} is not declared.`, `Add ${quoted(name)} to resources.vqs.`);
    const known = this.#lives.get(name);
    if (known !== undefined) return known;
    const made = unborn();
    this.#lives.set(name, made);
    return made;
  }

  #allocate(name: string, life: Life, node: GraphNode): void {
    if (life.born !== undefined && life.born !== node) {
      this.#findings.error("linearity", node.id, `${quoted(name)} is allocated again; ${quoted(life.born.id)} did so before.`, "Use another name, or RESET the qubit: a name has one life.");
    }
    life.born ??= node;
    life.fresh = true;
    life.tenant ??= typeof node.args["tenant_id"] === "string" ? node.args["tenant_id"] : undefined;
  }

  #use(name: string, life: Life, node: GraphNode): void {
    const frees = node.op === "FREE_LQ";
    if (life.born === undefined) this.#findings.error("linearity", node.id, `${node.op} uses ${quoted(name)} before it is allocated.`, `Put an ALLOC_LQ of ${quoted(name)} before this node.`);
    if (life.freed !== undefined && life.freed !== node) {
      this.#findings.error("linearity", node.id, `${node.op} uses ${quoted(name)} after ${quoted(life.freed.id)} has freed it.`, frees ? "Free a qubit once." : `Move this node before ${quoted(life.freed.id)}, or free the qubit later.`);
    } else if (life.consumed !== undefined && life.consumed !== node) {
      this.#findings.error("linearity", node.id, `${node.op} uses ${quoted(name)} after ${quoted(life.consumed.id)} has consumed it.`, "Verify in mode thread, where a measured or reset qubit stays usable, or use another qubit.");
    }
    if (node.op === "INJECT_T_STATE" && !life.fresh && life.born !== undefined) {
      this.#findings.warning("linearity", node.id, `INJECT_T_STATE on ${quoted(name)}, which may not be |0⟩.`, "Inject into a qubit just allocated or reset.");
    }
    if (frees) life.freed ??= node;
    this.#settle(life, node);
  }

  #settle(life: Life, node: GraphNode): void {
    const measures = node.op.startsWith("MEASURE_");
    const resets = node.op === "RESET";
    if (measures || (resets && this.#consume)) life.measured = true;
    if (this.#consume && (measures || resets)) life.consumed ??= node;
    const idle = node.op === "OPEN_CHAN" || node.op === "CLOSE_CHAN" || (node.op === "USE_CHAN" && node.args["semantic"] === undefined);
    life.fresh = resets && node.guard === undefined ? true : life.fresh && idle;
  }

  /** What is left when the graph ends. */
  end(): void {
    for (const [name, { born, freed, measured }] of this.#lives) {
      if (born === undefined) {
        if (this.#declared.has(name)) this.#findings.error("never-allocated", null, `The qubit ${quoted(name)} is declared and never allocated.`, `Allocate ${quoted(name)} with ALLOC_LQ, or take it out of resources.vqs.`);
      } else if (freed === undefined && !measured) {
        this.#findings.warning("leak", born.id, `The qubit ${quoted(name)} is never measured or freed.`, `Add a FREE_LQ of ${quoted(name)}.`);
      }
    }
  }
}

/** Every declared qubit, and everything done to one. */
export const qubitLives = (graph: Graph, consume: boolean, findings: Findings): QubitLives => new QubitLives(graph.resources.vqs, consume, findings);
