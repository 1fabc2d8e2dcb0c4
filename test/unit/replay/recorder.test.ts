import { describe, expect, it } from "vitest";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { verify } from "../../../replay/verify.ts";
import { walk } from "../../../replay/bundle.ts";
import { memorySource } from "../../support/memory.ts";
import { entry, record, runEnd, turnFrame } from "../../support/recordings.ts";
import { testSigner } from "../../support/signer.ts";

const turns = (count: number, body = 4): ReturnType<typeof turnFrame>[] => Array.from({ length: count }, (_, at) =>
  turnFrame(at + 1, 3, { entries: [entry(SYSCALL.IPC_SEND, { capability: 2, subject: 4, body: new Uint8Array(body).fill(at) })] }));

describe("recorder", () => {
  it("writes what verify accepts and walk gives back", () => {
    const frames = [...turns(3), null, ...turns(2), runEnd(9)];
    const run = record(frames);
    const report = verify(memorySource(run.file), { signer: testSigner().keyId });
    expect(report).toMatchObject({ ok: true, sealed: true, digest: run.digest, frames: 6, blocks: 2, events: 16, status: "completed", trusted: true, warnings: [] });
    const read = [...walk(memorySource(run.file))].map(({ frame }) => frame);
    expect(read).toEqual(frames.filter((frame) => frame !== null));
  });

  it("closes blocks by frames, by bytes and gives a large frame one of its own", () => {
    const blocks = (file: Uint8Array): number[] => {
      const sizes = new Map<number, number>();
      for (const { block } of walk(memorySource(file))) sizes.set(block.index, (sizes.get(block.index) ?? 0) + 1);
      return [...sizes.values()];
    };
    expect(blocks(record([...turns(2050), runEnd(3000)]).file)).toEqual([1024, 1024, 3]);
    const halves = turns(3, LIMITS.block_bytes_max / 2);
    expect(blocks(record([...halves, runEnd(9)]).file)).toEqual([1, 1, 2]);
    expect(blocks(record([...turns(1), ...turns(1, 3 * LIMITS.block_bytes_max), runEnd(9)]).file)).toEqual([1, 1, 1]);
  });
});
