// Fork: a trace up to a position as the unfinished journal of another run, which says whose it is. Whoever takes it up (resumer.ts)
// meets everything before the position again, byte for byte, and goes on alive from there.
//   J52  A fork names the digest of its parent and the position; what was altered must not show before it, or it is refused as it is
//        taken up (REPLAY_DIVERGED). With nothing altered its frames are its parent's, and its blocks too.
import { Fault } from "../kernel-abi/fault.ts";
import type { ByteSink, ByteSource, Recording } from "../kernel-abi/ports.ts";
import { openBundle } from "./bundle.ts";
import { Consistency } from "./consistency/consistency.ts";
import { RecordedFrames } from "./recorded.ts";
import { Recorder } from "./recorder.ts";
import { verify } from "./verify.ts";

/**
 * Writes the journal: `change` says what the fork's description is, given its parent's and the last event in common; the position is that of
 * the frame with event `at`, or the run's beginning for 0.
 * @throws Fault USAGE when the run had ended by then or has no such event; TRACE_* when the parent is not intact
 */
export function forkJournal(source: ByteSource, at: number, change: (parent: Recording, event: number) => Recording, sink: ByteSink): { readonly event: number; readonly frames: number } {
  const { digest } = verify(source, { allowUnsealed: true });
  const { recording: parent } = openBundle(source);
  const position = positionOf(source, parent, at);
  const { header, program, inputs } = change(parent, position.event);
  const recorder = new Recorder({ recording: { header: { ...header, fork: { digest, event: position.event } }, program, inputs }, sink });
  repeat(source, position.frames, recorder);
  return position;
}

/** Frames in blocks that end where their parent's do: there the run waited, and its fork will wait there again. */
function repeat(source: ByteSource, count: number, recorder: Recorder): void {
  const frames = new RecordedFrames(source);
  let of = 0;
  for (let left = count; left > 0; left--) {
    const placed = frames.next();
    if (placed === undefined) break;
    const { frame, block: { index } } = placed;
    if (index !== of) recorder.barrier();
    of = index;
    recorder.append(frame);
  }
  recorder.barrier();
}

function positionOf(source: ByteSource, { header }: Recording, at: number): { readonly event: number; readonly frames: number } {
  const frames = new RecordedFrames(source);
  const consistency = new Consistency(header);
  while (consistency.events < at) {
    const placed = frames.next();
    if (placed === undefined) throw new Fault("USAGE", { at, what: "no such event", events: consistency.events });
    consistency.frame(placed.frame, placed.block);
  }
  if (!Number.isSafeInteger(at) || at < 0 || consistency.status !== null) throw new Fault("USAGE", { at, allowed: "an event from 1 to the one before the run's end, or 0 for its beginning" });
  return { event: consistency.events, frames: consistency.frames };
}
